/**
 * The questions within the notebooks: `check("03.2", answer)` compares an answer with a value that is
 * computed, and gives a hint where it is another.
 *
 * @module
 */
import { questions } from "./questions/questions.ts";

/** What an answer may be. */
export type Answer = number | string | boolean;

/** A question, with what is right and a hint. */
export interface Question {
  /** The question. */
  readonly ask: string;
  /** Computes the right answer. */
  answer(): Answer | Promise<Answer>;
  /** How far a number may be off, as a share of the right one; 0.5 % by default. */
  readonly tolerance?: number;
  /** What helps who was wrong. */
  readonly hint: string;
  /** Why it is so, for who was right. */
  readonly why: string;
}

/** What `check` says of an answer. */
export async function verdict(id: string, answer: Answer | undefined): Promise<string> {
  const question = questions[id];
  if (question === undefined) throw new RangeError(`check: there is no question ${id}`);
  if (answer === undefined) {
    return `${id} ${question.ask}\n     Put your answer in place of undefined, and run the cell again.`;
  }
  const right = await question.answer();
  if (typeof answer !== typeof right) {
    return `${id} not yet: the answer is a ${typeof right}. ${question.hint}`;
  }
  return isRight(answer, right, question.tolerance ?? 0.005)
    ? `${id} right. ${question.why}`
    : `${id} not yet. ${question.hint}`;
}

/** Says whether an answer is right; without one, asks the question. */
export async function check(id: string, answer: Answer | undefined): Promise<void> {
  console.log(await verdict(id, answer));
}

function isRight(answer: Answer, right: Answer, tolerance: number): boolean {
  if (typeof answer === "number" && typeof right === "number") {
    return Math.abs(answer - right) <= tolerance * Math.abs(right);
  }
  const plain = (value: Answer) => String(value).trim().toLowerCase();
  return plain(answer) === plain(right);
}
