/** All questions of the notebooks, by number: the notebook's, a point, and the question's. */
import type { Question } from "../check.ts";
import { questions as looking } from "./looking.ts";
import { questions as first } from "./neurons.ts";
import { questions as second } from "./networks.ts";
import { questions as third } from "./practice.ts";

export const questions: Readonly<Record<string, Question>> = {
  ...looking,
  ...first,
  ...second,
  ...third,
};
