import { outOfRange } from "../../core/errors.ts";
import { number, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { bar } from "../plot/bar.ts";
import { checkLength, type Numbers, numbers } from "../plot/numbers.ts";
import { texts } from "../plot/plot_options.ts";
import { Widget } from "./widget.ts";

/** Settings of {@linkcode softmax}. */
export interface SoftmaxWidgetOptions {
  /** What stands above it. */
  readonly title?: string;
  /** Names of the scores; "class 0" and so on by default. */
  readonly labels?: readonly string[];
  /** What the scores are divided by at the start, 0.1 to 10; 1 by default. */
  readonly temperature?: number;
}

const schema = {
  title: text("Softmax: scores and a temperature"),
  labels: texts,
  temperature: number({ least: 0.1, most: 10 }, 1),
} satisfies Schema<SoftmaxWidgetOptions>;

/**
 * Scores as sliders, their softmax as bars, and a temperature by which the scores are divided: cold,
 * the largest takes all; hot, all are alike.
 *
 * ```ts
 * import { widgets } from "@striate/striate";
 * const page = widgets.softmax([2, 1, 0.1], { labels: ["cat", "dog", "owl"] });
 * await page.save(`${await Deno.makeTempDir()}/softmax.html`);
 * ```
 *
 * @throws {TypeError} if something is no number, or there are not as many labels.
 * @throws {RangeError} for fewer than 2 or more than 10 scores, or an unknown option.
 */
export function softmax(scores: Numbers, given: SoftmaxWidgetOptions = {}): Widget {
  const where = "widgets.softmax";
  const { title, temperature, labels: names } = options(where, given, schema);
  numbers.read(scores, `${where}: scores`);
  const list = Array.from(scores);
  if (list.length < 2 || list.length > 10) {
    throw outOfRange(`${where}: scores`, "2 to 10 numbers", list.length);
  }
  const labels = names ?? list.map((_, i) => `class ${i}`);
  checkLength(labels, list.length, "the scores", `${where}: labels`);
  const powers = list.map((x) => Math.exp((x - Math.max(...list)) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return new Widget({
    page: "softmax",
    data: { title, scores: list, labels, temperature },
    text: title,
    still: bar(powers.map((x) => x / sum), {
      labels: labels.map((label, i) => `${label} (${list[i]})`),
      horizontal: true,
      text: 3,
      title: `${title}: T = ${temperature}`,
      xLabel: "probability",
      height: 120 + 34 * list.length,
    }),
  });
}
