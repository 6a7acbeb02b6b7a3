/** Factors of channels by class, as heat maps beside each other: for notebook 10. */
import { type Figure, plot } from "../../mod.ts";

/** How far each class's mean factors lie from the mean over all classes, in a stage of a net. */
export interface StageFactors {
  readonly stage: string;
  /** A row for each class, a column for each channel. */
  readonly byClass: readonly (readonly number[])[];
}

/** One map for each stage, all in the same colours; of many channels the first. */
export function factorMaps(stages: readonly StageFactors[], classes: readonly string[]): Figure {
  const shown = 32;
  const widest = Math.max(...stages.flatMap(({ byClass }) => byClass.flat().map(Math.abs)));
  const maps = stages.map(({ stage, byClass }) => {
    const channels = byClass[0]!.length;
    return plot.heatmap(byClass.map((row) => row.slice(0, shown)), {
      yLabels: classes,
      title: channels > shown ? `${stage}, ${shown} of ${channels} channels` : stage,
      xLabel: "channel",
      symmetric: true,
      zMin: -widest,
      zMax: widest,
    });
  });
  return plot.grid(maps, {
    columns: 3,
    width: 960,
    height: 320,
    shareY: true,
    title: "How the factors differ from class to class",
  });
}
