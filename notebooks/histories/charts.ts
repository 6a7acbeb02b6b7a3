/** Charts and tables of recorded runs. */
import { type Figure, plot, show, table } from "../../mod.ts";
import { type Arm, type Recorded, recorded, type RecordedEpoch } from "./recorded.ts";

/** The recorded runs of a recipe, or nothing; says what was run, or what runs it. */
export async function told(recipe: string): Promise<Recorded | undefined> {
  const kept = await recorded(recipe);
  if (kept === undefined) {
    console.log(
      `recorded, ${recipe}: not made yet; deno task train --recipe ${recipe} makes it`,
    );
  } else {
    const [images, test] = [kept.arms[0]!.images, kept.test].map((n) => n.toLocaleString("en"));
    console.log(
      `recorded, ${recipe}: ${images} images to learn from, ${test} to test on (${kept.command})`,
    );
  }
  return kept;
}

/** The share of training images that are wrong, in percent. */
export const trainingError = ({ top1 }: RecordedEpoch) => 100 * (1 - top1);

/** The share of the other images that are right, in percent; NaN where it was not measured. */
export const testAccuracy = ({ validationTop1 }: RecordedEpoch) => 100 * (validationTop1 ?? NaN);

/** How a run is drawn. */
export interface Look {
  /** Without a name it is a thin grey line. */
  readonly name?: string | undefined;
  readonly color?: string;
  readonly dash?: "solid" | "dot" | "dash";
}

/** A curve as `plot.line` takes it. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly name?: string;
  readonly color?: string;
  readonly dash: "solid" | "dot" | "dash";
  readonly width: number;
  readonly plotly: { readonly showlegend: boolean };
}

/** Curves for `plot.line`: what each run measured by epoch or step. */
export function curves(
  arms: readonly Arm[],
  of: (epoch: RecordedEpoch) => number,
  look: (arm: Arm) => Look,
  x: "epoch" | "step" = "epoch",
): Curve[] {
  return arms.map((arm) => {
    const { name, color, dash = "solid" } = look(arm), isNamed = name !== undefined;
    return {
      x: arm.epochs.map((epoch) => epoch[x]),
      y: arm.epochs.map(of),
      dash,
      width: isNamed ? 3 : 1.2,
      ...isNamed ? { name } : { color: "#c5ccd6" },
      ...color !== undefined && { color },
      plotly: { showlegend: isNamed },
    };
  });
}

/** The runs of each arm, in the order of their recording. */
export const byArm = ({ arms }: Recorded) => [...Map.groupBy(arms, ({ arm }) => arm)];

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** A mean over seeds, and between what it lies if there are several. */
function spread(numbers: readonly number[]): string {
  const middle = mean(numbers).toFixed(1);
  return numbers.length === 1
    ? middle
    : `${middle} (${Math.min(...numbers).toFixed(1)} to ${Math.max(...numbers).toFixed(1)})`;
}

/** Each arm's errors at the end, over its seeds. */
export function ends(kept: Recorded): Record<string, string | number>[] {
  return byArm(kept).map(([arm, runs]) => ({
    run: arm,
    seeds: runs.length,
    "training error (%)": spread(runs.map(({ train }) => 100 * (1 - train.top1))),
    "test error (%)": spread(runs.map(({ test }) => 100 * (1 - test.top1))),
  }));
}

/** The first run of each arm by epoch: its training error, or another measure. */
export function chart(
  kept: Recorded,
  title: string,
  of: (epoch: RecordedEpoch) => number = trainingError,
): Figure {
  const first = byArm(kept).map(([, runs]) => runs[0]!);
  return plot.line(curves(first, of, ({ arm }) => ({ name: arm })), {
    title,
    xLabel: "epoch",
    yLabel: of === testAccuracy ? "test images right (%)" : "training error (%)",
    legend: true,
    width: 760,
    height: 360,
  });
}

/** Draws and tables the recorded runs of a recipe, where they are; else says that they are not. */
export async function showRecorded(
  recipe: string,
  title: string,
  of?: (epoch: RecordedEpoch) => number,
): Promise<void> {
  const kept = await told(recipe);
  if (kept === undefined) return;
  await chart(kept, title, of).show();
  await show(table(ends(kept), { title: "At the end: the mean over seeds, and between what" }));
}
