import { Pipeline, pipeline } from "../augment/pipeline.ts";
import { type PresetName, presets } from "../augment/presets.ts";
import type { StepConfig } from "../augment/steps.ts";
import { formatShape, sameShape, type Shape } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";
import { UsageError } from "./command.ts";

/** What takes the usual augmentation away. */
export const noAugmentation = "none";

/**
 * The steps that `--augment` stands for: those of a preset, or of a file that lists them as JSON. What
 * they make of images of a shape has to be of that shape.
 *
 * @throws {UsageError} for what is none, or does not fit the images
 */
export async function augmentationSteps(
  given: string,
  shape: Shape,
): Promise<readonly StepConfig[]> {
  const made = Object.hasOwn(presets, given)
    ? presetFor(given as PresetName, shape)
    : await pipelineIn(given);
  const size = shape as readonly [number, number, number];
  const after = inOption(() => made.shapeOf(size));
  if (sameShape(after, shape)) return made.steps;
  throw new UsageError(
    `--augment: ${given}: expected images of ${
      formatShape(shape)
    } to stay of that shape, as the test ` +
      `images are, found ${formatShape(after)}`,
  );
}

const presetFor = (name: PresetName, [height, width]: Shape): Pipeline =>
  inOption(() => pipeline(name, height === width ? { size: height! } : {}));

/** The pipeline in a file. */
async function pipelineIn(path: string): Promise<Pipeline> {
  let content: string;
  try {
    content = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      const why = (error as Error).message;
      throw new UsageError(`--augment: ${path}: expected a file of steps that can be read: ${why}`);
    }
    const known = [...Object.keys(presets), noAugmentation];
    throw new UsageError(
      `--augment: ${unknownName("preset", path, known)}. There is no such file either`,
    );
  }
  try {
    return new Pipeline(JSON.parse(content));
  } catch (error) {
    throw new UsageError(`--augment: ${path}: ${(error as Error).message}`);
  }
}

/** What does not fit is a mistake in the command line. */
function inOption<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new UsageError(`--augment: ${(error as Error).message}`);
  }
}
