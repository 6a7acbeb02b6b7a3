import type { Dataset } from "./dataset.ts";
import type { Metrics } from "./metrics.ts";
import type { DataStream } from "./stream.ts";
import type { Throttle } from "./throttle.ts";
import type { Trainer } from "./trainer.ts";

/** The measures of a trainer's network on data; the counters are at zero before and after. */
export async function measure(
  trainer: Trainer,
  throttle: Throttle,
  data: Dataset | DataStream,
  batchSize: number,
  signal?: AbortSignal,
): Promise<Metrics> {
  for await (const batch of data.batches({ batchSize })) {
    signal?.throwIfAborted();
    trainer.evaluate(batch);
    await throttle.step();
  }
  const { divergedAt: _, examples, ...metrics } = await trainer.read();
  trainer.counters.reset();
  if (examples === 0) throw new RangeError("expected data with at least one example, found none");
  return metrics;
}
