/** Plain and residual nets of 20 and 56 layers, drawn: for notebook 9. */
import { type Figure, plot } from "../../mod.ts";
import { curves, testAccuracy, trainingError } from "../histories/charts.ts";
import type { Arm } from "../histories/recorded.ts";

const deep = "#d55e00", shallow = "#0072b2";

/** The errors of a net after each epoch, in percent. */
export interface Errors {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Four panels: plain and residual, training and test images; in each 20 and 56 layers. */
export function racePanels(
  errors: Readonly<Record<"plain20" | "residual20" | "plain56" | "residual56", Errors>>,
): Figure {
  const panel = (kind: "plain" | "residual", part: "train" | "test") =>
    plot.line(
      ([20, 56] as const).map((depth) => ({
        x: errors[`${kind}${depth}`][part].map((_, i) => i + 1),
        y: errors[`${kind}${depth}`][part],
        name: `${depth} layers`,
        color: depth === 56 ? deep : shallow,
        width: depth === 56 ? 3 : 1.5,
        mode: "lines+markers" as const,
      })),
      {
        title: `${kind}: ${part === "train" ? "training" : "test"} images`,
        xLabel: "epoch",
        yLabel: "error, %",
        yRange: [0, 100],
      },
    );
  return plot.grid([
    panel("plain", "train"),
    panel("residual", "train"),
    panel("plain", "test"),
    panel("residual", "test"),
  ], {
    columns: 2,
    width: 860,
    height: 620,
    title: "The deeper plain net has not begun to learn; with shortcuts it has",
  });
}

/** Recorded runs: plain nets beside residual ones. */
export function recordedPanels(arms: readonly Arm[]): Figure {
  const colorOf = (arm: string) => arm.endsWith("56") ? deep : shallow;
  const panels = ["plain", "resnet"].map((kind) => {
    const two = arms.filter(({ arm }) => arm.startsWith(kind));
    return plot.line([
      ...curves(two, trainingError, ({ arm }) => ({ name: arm, color: colorOf(arm) })),
      ...curves(two, (epoch) => 100 - testAccuracy(epoch), ({ arm }) => ({
        color: colorOf(arm),
        dash: "dot",
      })),
    ], { title: kind, xLabel: "epoch", yLabel: "error (%)", yRange: [0, 100] });
  });
  return plot.grid(panels, {
    columns: 2,
    width: 900,
    height: 380,
    title: "CIFAR-10, recorded: solid training images, dotted others",
  });
}

/** The test error of each net without each of its blocks, beside that of the whole net. */
export function lossOfBlocks(
  lost: Readonly<Record<string, readonly { readonly error: number }[]>>,
  intact: (net: string) => number,
): Figure {
  const colors = ["#0072b2", "#e69f00", "#009e73"];
  return plot.line(
    Object.entries(lost).flatMap(([name, list], i) => [{
      x: list.map((_, i) => (i + 1) / list.length),
      y: list.map(({ error }) => error),
      name,
      color: colors[i]!,
      mode: "lines+markers" as const,
    }, {
      x: [0, 1],
      y: [intact(name), intact(name)],
      name: `${name}, intact`,
      color: colors[i]!,
      dash: "dot" as const,
    }]),
    {
      title: "Test error after one block was taken out",
      xLabel: "where the block was, from the input (0) to the output (1)",
      yLabel: "test error, %",
      yRange: [0, 100],
    },
  );
}
