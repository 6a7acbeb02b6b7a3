import type { ExampleTransform } from "../../lib/train/dataset.ts";

/** What threads of the tests do: noise on the inputs, or an error. */
export default ({ most, bad }: { most: number; bad?: number }): ExampleTransform =>
(
  { inputs: [x], targets },
  index,
  epoch,
  random,
) => {
  if (index === bad) throw new RangeError(`example ${index} is bad`);
  return {
    inputs: [Float32Array.from(x!, (value) => value + epoch + random.uniform(0, most))],
    targets,
  };
};
