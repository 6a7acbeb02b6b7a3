import type { EpochRecord } from "../../train/epoch_record.ts";
import type { Reached } from "./columns.ts";
import type { Target } from "./recipe.ts";

/** What a target looks at, of an epoch. */
const measureOf = ({ of }: Target, { top1, validation }: EpochRecord): number | undefined =>
  of === "training" ? top1 : validation?.top1;

/**
 * When a target was reached: on a line from the epoch before to the first that reached it, and before
 * the first epoch from guessing, 1 of `classes`. Training accuracy counts as that of its epoch's end,
 * though it was measured all along.
 */
export function reachedAt(
  target: Target,
  records: readonly EpochRecord[],
  classes: number,
): Reached | undefined {
  const index = records.findIndex((record) => (measureOf(target, record) ?? 0) >= target.top1);
  if (index < 0) return undefined;
  const after = records[index]!, before = records[index - 1];
  const [low, high] = [
    before ? measureOf(target, before)! : 1 / classes,
    measureOf(target, after)!,
  ];
  const share = (target.top1 - low) / (high - low);
  const between = (from: number, to: number) => from + share * (to - from);
  return {
    epochs: between(before?.epoch ?? 0, after.epoch),
    steps: between(before?.step ?? 0, after.step),
  };
}
