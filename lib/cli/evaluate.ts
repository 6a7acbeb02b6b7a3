/**
 * `deno task evaluate`: the top-1 and top-5 error of a network on labelled images.
 *
 * @module
 */
import { isOneOfMany } from "../core/environment.ts";
import type { Group } from "../parallel/group.ts";
import { writeFileAtomic } from "../core/files.ts";
import { checkedBy, text } from "../core/option_kinds.ts";
import { pick, type Values } from "../core/options.ts";
import { roundingOption } from "../core/preprocessing.ts";
import { evaluateDataset, evaluateImages } from "../evaluate/evaluate.ts";
import { withClassesOf } from "../evaluate/classes.ts";
import { type EvaluationOptions, evaluationSchema } from "../evaluate/evaluation_options.ts";
import { openImages } from "../images/open_images.ts";
import type { Evaluation } from "../evaluate/tally.ts";
import type { ImageSource } from "../images/image_source.ts";
import type { Dataset } from "../train/dataset.ts";
import { device, setDevice } from "../tensor/runtime.ts";
import { viewSchema } from "../vision/views.ts";
import {
  type EvaluationReporter,
  evaluationReporter,
  type EvaluationStart,
} from "./evaluation_report.ts";
import { Interrupt } from "./interrupt.ts";
import {
  deviceOption,
  formatNetworks,
  networkOf,
  networkSchema,
  savedName,
} from "./network_option.ts";
import { command, formatOptions, option, path, runCommand, toggle, UsageError } from "./command.ts";
import { noteDecoder } from "./decoder_note.ts";
import { standWhereCalled } from "./shell.ts";
import { dataNames, testData } from "./test_data.ts";

/** Sizes with commas between. */
const sizes = checkedBy<readonly number[]>((list, where) => {
  const found = String(list).split(",").map((item) => item.trim() === "" ? NaN : Number(item));
  if (found.every((size) => Number.isInteger(size) && size > 0)) return found;
  throw new RangeError(`${where}: expected sizes such as 256,288, found ${JSON.stringify(list)}`);
});

const options = {
  ...networkSchema,
  images: path("a folder, or WebDataset shards: a .tar, val-{000..049}.tar, a URL", "DIR"),
  labels: path("what images in one folder show; else there is a folder for each class"),
  synsets: path("the classes by synset (synset_words.txt beside the images)"),
  data: option(
    "the test images of a data set (below), or a file of CIFAR-10 records",
    text(),
    "NAME|FILE",
  ),
  crops: option("views of an image: 1, or 10 as in Krizhevsky et al. 2012 (1)", viewSchema.crops),
  scales: option(
    "shorter sides to take the crops at, such as 256,288,320 (the network's)",
    sizes,
    "LIST",
  ),
  filter: option("how images are resized (bilinear)", viewSchema.filter),
  rounding: option("how sizes between two pixels are rounded (torchvision)", roundingOption),
  limit: option("the number of images, spread over all (all)", evaluationSchema.limit),
  "batch-size": option("views of one run of the network (32)", evaluationSchema.batchSize),
  device: deviceOption,
  out: path("where every prediction is kept (runs/evaluate-NAME.jsonl, then -2 …)"),
  report: path("a page of what was found, with the mistakes that the network is surest of", "FILE"),
  resume: toggle("goes on where the predictions of a broken evaluation end"),
  rotate: toggle("turns photos as their EXIF data say, which ILSVRC's figures do not"),
  strict: toggle("ends at a corrupt image instead of counting it"),
  json: toggle("one JSON object a line instead of text"),
};

type Given = Values<typeof options>;

const help = async () =>
  `Measures the top-1 and top-5 error of a network on labelled images.

  deno task evaluate --model NAME --weights FILE --images DIR [options]

${formatOptions(options)}

Networks (--model)
${await formatNetworks()}

Data sets (--data)
  ${dataNames.join(", ")}
  or records of CIFAR-10: .bin, .bin.gz, .bin.br, .tar.gz (all in it)

Without --images or --data, the run of --weights is measured on the test images of the data set that it
has learnt, where that is one of those by name.

Folders (--images)
  one for each class, named by a number from 0, a synset, or the name of the class, in any case
  and with _ or - for spaces; or one folder of images with --labels

Label files (--labels)
  a table with a header: file, and class (from 0, or its name) or synset, split by tabs, semicolons
  or commas; also Kaggle's LOC_val_solution.csv
  lines of a file and its class, as Caffe's val.txt
  ILSVRC's ground truth: a line for each image by sorted name, a number from 1 into --synsets
  (in the devkit's order) or a synset

Figures to compare with (--rounding)
  torchvision's were made with the longer side rounded down and the middle's place to the nearest
  pixel; other tools' often with "nearest": the longer side to the nearest, the place down. That
  moves one image in a hundred

Examples
  deno task evaluate --model resnet50 --weights imagenet --images val --synsets synset_words.txt
  deno task evaluate --model googlenet --weights googlenet.safetensors --images images --labels labels.tsv
  deno task evaluate --model vgg16 --weights vgg16.pth --images val-{000..049}.tar --crops 10
  deno task evaluate --model cifar-resnet20 --weights cifar10 --data test_batch.bin
  deno task evaluate --weights runs/lenet5-mnist
  deno task evaluate --weights runs/lenet5-mnist --data digits
  deno task evaluate --weights runs/cifar-resnet20-photos --images others

  mpirun -n 2 deno task evaluate --weights runs/lenet5-mnist   in two processes

Environment
  STRIATE_CACHE, STRIATE_MIRROR, STRIATE_TIMEOUT, STRIATE_DEVICE, STRIATE_ADAPTER, STRIATE_INSTRUCTIONS
                  as for deno task train`;

/** Options that are only for images. */
const onlyImages = [
  ...(["labels", "synsets"] as const),
  ...(["crops", "scales", "filter", "rounding", "rotate", "strict"] as const),
];

/** Checks that no option is given that would be ignored. */
function checkSource(given: Given): void {
  if (given.images !== undefined) {
    if (given.data === undefined) return;
    throw new UsageError("--images and --data: expected one of them, found both");
  }
  const ignored = onlyImages.find((name) => given[name] !== undefined);
  if (ignored === undefined) return;
  throw new UsageError(
    `--${ignored}: is for images (--images DIR); the examples of a data set go as they are`,
  );
}

/** The file for every prediction: one that no other evaluation has written, or the last to go on with. */
function journalOf(name: string, resume = false): string {
  const file = (number: number) => `runs/evaluate-${name}${number > 1 ? `-${number}` : ""}.jsonl`;
  const isThere = (path: string) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  };
  let number = 1;
  while (isThere(file(number))) number++;
  return file(resume ? Math.max(1, number - 1) : number);
}

/** What an evaluation found, and of what. */
interface Found {
  readonly result: Evaluation;
  readonly start: EvaluationStart;
  readonly source: ImageSource | Dataset;
}

/** Evaluates as the options say; `report` is told. */
async function evaluate(
  given: Given,
  report: EvaluationReporter,
  signal: AbortSignal,
  group: Group | undefined,
): Promise<Found> {
  const { images, limit, "batch-size": batchSize } = given;
  checkSource(given);
  // What is wrong with a path is said before weights are fetched.
  const records = images === undefined
    ? await testData(given.data, given.weights, { signal, onProgress: report.download })
    : undefined;
  const opened = images === undefined
    ? undefined
    : await openImages(images, pick(given, "labels", "synsets"));
  if (images !== undefined) noteDecoder((line) => console.error(line));
  const { model, preprocessing } = await networkOf(given, { signal, onProgress: report.download });
  const name = given.model ?? savedName(given.weights!);
  const chosen = given.out ?? journalOf(name, given.resume);
  // The first may have made it before another has looked whether it is there.
  const journal = (await group?.gatherTexts(chosen))?.[0] ?? chosen;
  const source = opened && withClassesOf(model, opened), { kind, description } = await device();
  const length = records?.examples.length ?? source!.length;
  const start: EvaluationStart = {
    model: name,
    weights: given.weights!,
    images: records?.name ?? source!.name,
    total: length === undefined ? undefined : Math.min(length, limit ?? length),
    device: kind,
    description,
    journal,
    notes: source?.notes ?? [],
  };
  report.start(start);
  const common: EvaluationOptions = {
    journal,
    ...pick(given, "limit", "resume"),
    about: { model: start.model, weights: start.weights },
    signal,
    ...group && { group },
    onProgress: report.progress,
    onCorrupt: report.corrupt,
    ...batchSize === undefined ? {} : { batchSize },
  };
  const views = pick(given, "crops", "scales", "filter", "rotate", "strict");
  const result = records
    ? await evaluateDataset(model, records.examples, {
      ...common,
      preprocessing,
      name: records.name,
    })
    : await evaluateImages(model, source!, {
      ...common,
      preprocessing: { ...preprocessing, ...pick(given, "rounding") },
      ...views,
    });
  return { result, start, source: records?.examples ?? source! };
}

/** Writes what was found as a page. */
async function writeReport(path: string, { result, start, source }: Found, rotate?: boolean) {
  const [{ evaluationPage }, { wrongImages }] = await Promise.all([
    import("./pages/evaluation_page.ts"),
    import("./wrong_images.ts"),
  ]);
  const wrong = await wrongImages(start.journal, source, rotate);
  await writeFileAtomic(path, evaluationPage({ result, start, wrong }));
}

/** The command; returns the exit code. */
export const main = command(options, help, async (given) => {
  if (given.device !== undefined) await setDevice(given.device);
  const group = isOneOfMany()
    ? await (await import("../parallel/join.ts")).joinProcesses()
    : undefined;
  const isFirst = group === undefined || group.rank === 0;
  const report = evaluationReporter(given.json ?? false, isFirst);
  using interrupt = new Interrupt(() =>
    report.note("finishing what is under way; Ctrl-C again stops at once")
  );
  try {
    const { result, start, source } = await evaluate(given, report, interrupt.signal, group);
    if (result.complete) {
      report.done(result, start);
      if (isFirst && given.report !== undefined) {
        await writeReport(given.report, { result, start, source }, given.rotate);
        report.note(`report: ${given.report}`);
      }
    } else report.interrupted(result, start.journal);
    return result.complete ? 0 : interrupt.code;
  } catch (error) {
    if (error !== interrupt.signal.reason) throw error;
    return interrupt.code; // While weights were fetched: there is nothing to go on with.
  }
});

if (import.meta.main) {
  standWhereCalled();
  await runCommand(main);
}
