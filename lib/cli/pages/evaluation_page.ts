import type { Evaluation } from "../../evaluate/tally.ts";
import { escapeMarkup } from "../../plotly_svg/mod.ts";
import { confusion } from "../../show/plot/confusion.ts";
import { table } from "../../show/table.ts";
import { clock, percent } from "../../train/format.ts";
import type { EvaluationStart } from "../evaluation_report.ts";
import { page, picture, placeName, type Section, settingsTable, tiles } from "./page.ts";

/** Classes of which the confusion is drawn at most. */
const mostClasses = 50;

/** An image that was taken for something else. */
export interface Wrong {
  readonly image: string;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
  /** It as a PNG file. */
  readonly png: Uint8Array;
}

/** What the report of an evaluation says. */
export interface EvaluationPage {
  readonly result: Evaluation;
  readonly start: EvaluationStart;
  /** The mistakes that the network is surest of. */
  readonly wrong: readonly Wrong[];
}

/** What an evaluation found, as a page. */
export function evaluationPage({ result, start, wrong }: EvaluationPage): string {
  const { images, corrupt, seconds } = result;
  const error = (share: number, [low, high]: readonly [number, number]) =>
    `${percent(share)} of ${images} images (95 % interval ${percent(low)} to ${percent(high)})`;
  const nameOf = (label: number) => result.classes?.[label] ?? `class ${label}`;
  const rows: [string, string][] = [
    ["top-1 error", error(result.top1Error, result.top1Interval)],
    // Of five classes or fewer none is ever wrong.
    ...result.confusion.classes > 5
      ? [["top-5 error", error(result.top5Error, result.top5Interval)] as [string, string]]
      : [],
    ...corrupt > 0 ? [["corrupt", `${corrupt}, which are not counted`] as [string, string]] : [],
    ["network", start.model],
    ["weights", start.weights],
    ["images", start.images],
    ["device", `${start.device}: ${start.description}`],
    ["time", clock(seconds)],
    ["every prediction", start.journal],
  ];
  return page(
    `${start.model} on ${placeName(start.images)}`,
    `top-1 error ${percent(result.top1Error)}`,
    [
      { heading: "Found", html: settingsTable(rows) },
      confusions(result, nameOf),
      mistakes(result, wrong, nameOf),
      classes(result, nameOf),
    ],
  );
}

type NameOf = (label: number) => string;

function confusions(
  { confusion: matrix, classes, mostConfused }: Evaluation,
  nameOf: NameOf,
): Section {
  const heading = "What is taken for what";
  if (matrix.classes <= mostClasses) {
    return { heading, html: picture(confusion(matrix, classes ? { classes } : {})) };
  }
  const pairs = mostConfused.map(({ label, predicted, count }): [string, string] => [
    `${nameOf(label)}, taken for ${nameOf(predicted)}`,
    count === 1 ? "once" : `${count} times`,
  ]);
  return { heading, html: settingsTable(pairs) };
}

function mistakes(
  { top1Error, images }: Evaluation,
  wrong: readonly Wrong[],
  nameOf: NameOf,
): Section {
  const all = Math.round(top1Error * images);
  const list = wrong.map(({ image, label, predicted, probability, png }) => ({
    png,
    alt: nameOf(label),
    caption: `<b>${escapeMarkup(nameOf(label))}</b>, taken for ` +
      `<b>${escapeMarkup(nameOf(predicted))}</b> (${percent(probability)})<br>${
        escapeMarkup(image)
      }`,
  }));
  const some = all > wrong.length ? `; the ${wrong.length} that the network is surest of:` : ".";
  return {
    heading: "Mistakes",
    note: `${all} of ${images} images are taken for something else${some}`,
    html: tiles(list, { wide: true }),
  };
}

function classes({ perClass }: Evaluation, nameOf: NameOf): Section {
  const rows = perClass.filter(({ count }) => count > 0)
    .map(({ label, count, right, wronglyPredicted }) => ({
      class: nameOf(label),
      images: count,
      right,
      "top-1 error": (count - right) / count,
      "others taken for it": wronglyPredicted,
    }))
    .toSorted((a, b) => b["top-1 error"] - a["top-1 error"] || b.images - a.images);
  const format = { "top-1 error": (share: unknown) => percent(share as number) };
  return { heading: "Classes", html: table(rows, { format, limit: 1000 }).html() };
}
