import { escapeMarkup } from "../../plotly_svg/mod.ts";
import { confusion } from "../../show/plot/confusion.ts";
import { filters } from "../../show/plot/filters.ts";
import { history as historyFigure } from "../../show/plot/history.ts";
import { summaryHtml } from "../../show/model.ts";
import { clock, percent } from "../../train/format.ts";
import type { History } from "../../train/history.ts";
import type { Metrics } from "../../train/metric.ts";
import type { Model } from "../../train/model.ts";
import type { Mistake } from "../mistakes.ts";
import type { TestImages } from "../test_images.ts";
import { page, picture, type Section, settingsTable, tiles } from "./page.ts";

/** Classes of which the confusion is drawn at most. */
const mostClasses = 50;

/** What the report of a training says. */
export interface TrainingPage {
  readonly title: string;
  /** What was done, in rows of a name and what there is to say. */
  readonly plan: readonly (readonly [string, string])[];
  readonly net: Model;
  readonly history: History;
  readonly test: Metrics;
  /** What its images are: "test", or "validation" where each epoch was measured by them. */
  readonly tested: "test" | "validation";
  readonly seconds: number;
  /** Of data that can be read again. */
  readonly images?: TestImages;
  /** The surest mistakes, whose pictures lie in `folder`. */
  readonly mistakes: readonly Mistake[];
  readonly folder: string;
}

/** The report of a training as a page: its course, its mistakes, its filters, its settings. */
export async function trainingPage(about: TrainingPage): Promise<string> {
  const { title, plan, net, history, test, seconds, images } = about;
  const right = test.top1 === undefined
    ? ""
    : `${percent(test.top1)} of the ${about.tested} images are right, `;
  const summary = `${right}loss ${test.loss.toPrecision(4)}; trained in ${clock(seconds)}`;
  return page(title, summary, [
    ...history.epochs.length > 0
      ? [{ heading: "Course", html: picture(historyFigure(history)) }]
      : [],
    ...images === undefined ? [] : [confusionOf(images, net)],
    ...images === undefined ? [] : [await mistakesOf(about, images)],
    ...await filtersOf(net),
    { heading: "Settings", html: settingsTable(plan) },
    { heading: "Network", html: summaryHtml(net.summary(), String(net)) },
  ]);
}

function confusionOf(images: TestImages, net: Model): Section {
  const matrix = images.confusion, heading = "What is taken for what";
  if (matrix.classes <= mostClasses) {
    const names = net.classes?.length === matrix.classes ? { classes: net.classes } : {};
    return { heading, html: picture(confusion(matrix, names)) };
  }
  const worst = matrix.mostConfused(20).map(({ label, predicted, count }): [string, string] => [
    `${images.nameOf(label)}, taken for ${images.nameOf(predicted)}`,
    count === 1 ? "once" : `${count} times`,
  ]);
  return { heading, html: settingsTable(worst) };
}

async function mistakesOf(
  { mistakes, folder, tested }: TrainingPage,
  images: TestImages,
): Promise<Section> {
  const heading = "Mistakes", wrong = images.mistakes.length;
  const note =
    `${wrong} of ${images.answers.length} ${tested} images are taken for something else` +
    (wrong > mistakes.length ? `; the ${mistakes.length} that the network is surest of:` : ".");
  const pictures = await Promise.all(mistakes.map(async (mistake) => ({
    png: await Deno.readFile(`${folder}/${mistake.file}`),
    alt: mistake.label,
    caption: `<b>${escapeMarkup(mistake.label)}</b>, taken for ` +
      `<b>${escapeMarkup(mistake.predicted)}</b> (${percent(mistake.probability)})` +
      (mistake.image === undefined ? "" : `<br>${escapeMarkup(mistake.image)}`),
  })));
  return { heading, note, html: tiles(pictures) };
}

/** The filters of the first convolution, where there is one that looks at pixels. */
async function filtersOf(net: Model): Promise<Section[]> {
  const first = net.layers.find(({ type }) => type === "conv2d");
  if (first === undefined) return [];
  const html = picture(await filters(net, { layer: first.name, count: 64 }));
  return [{ heading: "Filters", note: `Those of ${first.name}, the first convolution.`, html }];
}
