/** All that is fuzzed, by name. */
import type { Targets } from "./target.ts";
import { targets as data } from "./targets/data.ts";
import { targets as dashboard } from "./targets/dashboard.ts";
import { targets as images } from "./targets/images.ts";
import { targets as labels } from "./targets/labels.ts";
import { targets as models } from "./targets/models.ts";
import { targets as notebooks } from "./targets/notebooks.ts";
import { targets as weights } from "./targets/weights.ts";

export const targets: Targets = {
  ...weights,
  ...data,
  ...labels,
  ...models,
  ...images,
  ...notebooks,
  ...dashboard,
};
