import { assertAlmostEquals, assertEquals } from "@std/assert";
import { LossCurve } from "../../lib/show/loss_curve.ts";
import type { EpochRecord, Progress } from "../../lib/train/epoch_record.ts";

/** The losses that are drawn for batches of these losses, told of every second time. */
function drawn(losses: readonly number[], accumulate: number): number[] {
  const curve = new LossCurve();
  const at = (batch: number, step: number) => ({
    loss: losses.slice(0, batch).reduce((a, b) => a + b) / batch,
    batch,
    batches: losses.length,
    step,
  });
  for (let batch = 2; batch < losses.length; batch += 2) {
    curve.progress(at(batch, Math.floor(batch / accumulate)) as Progress);
  }
  const { loss, step } = at(losses.length, Math.ceil(losses.length / accumulate));
  curve.epoch({ epoch: 1, loss, step } as EpochRecord);
  return [...curve.figure()!.toJSON().data[0]!.y as number[]];
}

Deno.test("each point is the mean of the batches since the one before, however many are a step", () => {
  const losses = [8, 6, 5, 3, 2, 1, 1];
  for (const accumulate of [1, 2, 3]) {
    const points = drawn(losses, accumulate);
    assertEquals(points.length, 4);
    [7, 4, 1.5, 1].forEach((loss, i) => assertAlmostEquals(points[i]!, loss, 1e-9));
  }
});
