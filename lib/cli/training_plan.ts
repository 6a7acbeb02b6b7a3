import type { Dataset } from "../train/dataset.ts";
import type { DataStream } from "../train/stream.ts";
import { savedName } from "./network_option.ts";
import type { Setup } from "./setup.ts";
import { frozenLayer, type Settings } from "./training_settings.ts";
import { usualOf } from "./usual_settings.ts";

/** What a run begins with. */
export interface Start {
  readonly setup: Setup;
  readonly device: { readonly kind: string; readonly description: string };
  readonly output: string;
  /** How many steps are tried, where a learning rate is looked for in place of a training. */
  readonly searchSteps?: number;
}

type Row = readonly [name: string, value: string];

/** What a run does, in rows of a name and what there is to say. */
export function trainingPlan({ setup, device, output, searchSteps }: Start): readonly Row[] {
  const { settings, net, train, validation, test, counts } = setup;
  const { optimizer, momentum, weightDecay, augmentation, mixup, labelSmoothing } = settings;
  const { accumulate = 1, balanced, classWeights, clipNorm, ema, weights, seed } = settings;
  const isSearch = searchSteps !== undefined;
  const extras = [
    ...momentum > 0 ? [`momentum ${momentum}`] : [],
    ...weightDecay > 0 ? [`weight decay ${weightDecay}`] : [],
    ...clipNorm === undefined ? [] : [`gradients cut to a length of ${clipNorm}`],
    ...accumulate > 1 ? [`a step for ${accumulate} batches`] : [],
    ...ema ? ["moving average of the weights"] : [],
  ];
  return [
    ["what", isSearch ? "a search for a learning rate" : usualOf(settings.usual).title],
    [
      "network",
      `${settings.model ?? savedName(weights!)}: ${net.parameters.toLocaleString("en")} parameters`,
    ],
    ...weights === undefined ? [] : [["weights", weights] as const],
    [
      "data",
      `${settings.data}: ${
        [
          `${countOf(train)} to learn`,
          ...isSearch || validation === test ? [] : [`${countOf(validation)} to validate`],
          ...isSearch ? [] : [`${countOf(test)} to ${validation === test ? "validate" : "test"}`],
        ].join(", ")
      }`,
    ],
    [
      "images",
      `${net.inputShape.join(" x ")}, ${classesInWords(train.classes ?? [], counts)}`,
    ],
    ...augmentation === undefined ? [] : [["changed by", stepsInWords(augmentation)] as const],
    ...mixup === undefined ? [] : [["mixup", `alpha ${mixup}`] as const],
    ...labelSmoothing === 0 ? [] : [["targets", `label smoothing ${labelSmoothing}`] as const],
    ...balanced ? [["classes", "drawn equally often"] as const] : [],
    ...classWeights === undefined ? [] : [["class weights", classWeights] as const],
    ...isSearch
      ? [
        [
          "steps",
          `${searchSteps}, batches of ${settings.batchSize}; each at a larger rate`,
        ] as const,
      ]
      : phases(settings),
    ["optimizer", [optimizer, ...extras].join(", ")],
    ["seed", String(seed)],
    ["device", `${device.kind}: ${device.description}`],
    [isSearch ? "chart" : "goes to", output],
  ];
}

/** The phases of a training. */
function phases(settings: Settings): Row[] {
  const { headEpochs, epochs, batchSize, learningRate, schedule, trunkRate = 1, freeze } = settings;
  const steps = `learning rate ${formatRate(learningRate)}, ${schedule}`;
  const trunk = trunkRate === 1 ? "" : `, before the head ${formatRate(trunkRate * learningRate)}`;
  const tuned = freeze === undefined ? "" : ` of what follows ${frozenLayer(freeze)}`;
  const head = `${
    inEpochs(headEpochs)
  } of the new head alone, on features of the images as they are`;
  return [
    ...headEpochs === 0 ? [] : [["first", `${head}; ${steps}`] as const],
    ...epochs === 0 ? [] : [
      [
        headEpochs === 0 ? "training" : "then",
        `${inEpochs(epochs)}${tuned}, batches of ${batchSize}; ${steps}${trunk}`,
      ] as const,
    ],
  ];
}

/** A table of rows, with the second column in line. */
export function formatPlan(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

const formatRate = (rate: number) => String(Number(rate.toPrecision(12)));

const inEpochs = (count: number) => count === 1 ? "1 epoch" : `${count} epochs`;

const countOf = (data: Dataset | DataStream) =>
  "length" in data ? `${data.length} images` : "a stream of images";

/** So many classes are named. */
const named = 5;

function classesInWords(classes: readonly string[], counts?: readonly number[]): string {
  const each = classes.map((name, i) => counts ? `${name} (${counts[i]})` : name);
  const all = classes.length <= named ? `: ${each.join(", ")}` : "";
  return `${classes.length} classes${all}`;
}

/** The types of steps, one after another. */
const stepsInWords = (steps: readonly { readonly type: string }[]) =>
  steps.map(({ type }) => type).join(", ");
