import { describeValue, wrongType } from "../core/errors.ts";
import { Model } from "./model.ts";

/** Checks that what a user gives is a model; `where` says to what. */
export function checkModel(model: unknown, where: string): asserts model is Model {
  if (!(model instanceof Model)) throw wrongType(where, "a model", describeValue(model));
}
