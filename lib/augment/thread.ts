import type { Field } from "../train/batch.ts";
import type { ExampleTransform } from "../train/transform.ts";
import { Pipeline } from "./pipeline.ts";
import type { StepConfig } from "./steps.ts";

/** What threads do to examples by the steps of a pipeline: the module that `parallelMap` is given. */
export default function ({ steps, image }: {
  readonly steps: readonly StepConfig[];
  readonly image: Field;
}): ExampleTransform {
  return new Pipeline(steps).forSchema({ inputs: [image], targets: [] }).transform;
}
