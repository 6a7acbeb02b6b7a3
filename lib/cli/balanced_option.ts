import { Dataset } from "../train/dataset.ts";
import type { DataStream } from "../train/stream.ts";
import { UsageError } from "./command.ts";

/**
 * Examples of which all classes are drawn equally often, for `--balanced`.
 *
 * @throws {UsageError} for a stream, which is read as it comes
 */
export async function balancedExamples(data: Dataset | DataStream): Promise<Dataset> {
  if (data instanceof Dataset) return await data.sample({ balanced: true });
  throw new UsageError(
    "--balanced: is for images that can be drawn by their number, not for shards; give " +
      "--class-weights with a number for each class",
  );
}
