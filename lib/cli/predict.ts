/**
 * `deno task predict`: what a network sees in images.
 *
 * @module
 */
import { dirname } from "node:path";
import { pick } from "../core/options.ts";
import { roundingOption } from "../core/preprocessing.ts";
import { classifyImage } from "../evaluate/classify.ts";
import type { Synsets } from "../images/labels.ts";
import { findSynsets } from "../images/open_images.ts";
import { isOfOneImage } from "../images/prefetch.ts";
import { setDevice } from "../tensor/runtime.ts";
import type { Model } from "../train/model.ts";
import { viewSchema } from "../vision/views.ts";
import { deviceOption, formatNetworks, networkOf, networkSchema } from "./network_option.ts";
import { command, formatOptions, option, path, runCommand, toggle, UsageError } from "./command.ts";
import { formatDownload, screen } from "./screen.ts";
import { quotedPath, standWhereCalled } from "./shell.ts";

const options = {
  ...networkSchema,
  synsets: path("names of the classes by synset (synset_words.txt beside the images)"),
  crops: option("views of an image: 1 or 10 (1)", viewSchema.crops),
  rounding: option("how sizes between two pixels are rounded (torchvision)", roundingOption),
  rotate: toggle("turns photos as their EXIF data say"),
  device: deviceOption,
  json: toggle("one JSON object an image instead of text"),
};

const help = async () =>
  `Says what a network sees in images: the five most probable classes.

  deno task predict --model NAME --weights FILE IMAGE...

${formatOptions(options)}

Networks (--model)
${await formatNetworks()}

Examples
  deno task predict --model squeezenet1.1 --weights imagenet --synsets synset_words.txt cat.jpg
  deno task predict --weights runs/lenet5-mnist seven.png`;

/** The width of the longest bar. */
const barWidth = 24;

/** A bar for a share, in eighths of a character. */
export function bar(share: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * barWidth * 8);
  const part = " ▏▎▍▌▋▊▉"[eighths % 8]!;
  return ("█".repeat(eighths >> 3) + (eighths % 8 > 0 ? part : "")).padEnd(barWidth);
}

/** Names of a model's classes: its own, for synsets their words, or those of a list of as many. */
function namesOf({ classes }: Model, synsets: Synsets | undefined): readonly string[] | undefined {
  if (classes === undefined || synsets === undefined) return classes ?? synsets?.names;
  return classes.map((name) => synsets.names[synsets.classOf.get(name) ?? -1] ?? name);
}

/** The sentence for an image that cannot be read. */
function whatIsWrong(image: string, error: Error): string {
  if (error instanceof Deno.errors.NotFound) return `there is no file ${image}`;
  if (!(error instanceof Deno.errors.IsADirectory)) return error.message;
  return `${image}: expected an image, found a folder; name the images in it, as ${
    quotedPath(image.replace(/\/*$/, ""))
  }/*`;
}

/** The command; returns the exit code. */
export const main = command(options, help, async (given, images) => {
  if (images.length === 0) throw new UsageError("expected images; see --help");
  if (given.device !== undefined) await setDevice(given.device);
  // Only what is seen goes to stdout.
  const { passing } = screen(Deno.stderr);
  const { model, preprocessing } = await networkOf(given, {
    onProgress: (progress) => passing(formatDownload(progress)),
  });
  passing("");
  const synsets = await findSynsets(given.synsets, images.map((path) => dirname(path)));
  const fits = synsets?.names.length === model.outputShape[0];
  if (given.synsets !== undefined && !fits) {
    throw new RangeError(
      `${given.synsets}: expected ${model.outputShape[0]} synsets, as the model has classes, ` +
        `found ${synsets!.names.length}`,
    );
  }
  const names = namesOf(model, fits ? synsets : undefined);
  let failed = 0;
  for (const image of images) {
    try {
      const found = await classifyImage(model, await Deno.readFile(image), {
        name: image,
        preprocessing: { ...preprocessing, ...pick(given, "rounding") },
        ...pick(given, "crops", "rotate"),
      });
      const labels = found.map(({ index, score }) => ({
        class: index,
        name: names?.[index] ?? `class ${index}`,
        probability: score,
      }));
      if (given.json) console.log(JSON.stringify({ image, labels }));
      else {
        console.log(image);
        for (const { name, probability } of labels) {
          console.log(
            `  ${(100 * probability).toFixed(2).padStart(6)} %  ${bar(probability)}  ${name}`,
          );
        }
      }
    } catch (error) {
      // One bad image does not hide what is seen in the others.
      if (!isOfOneImage(error)) throw error;
      console.error(`error: ${whatIsWrong(image, error)}`);
      failed++;
    }
  }
  if (names === undefined && !given.json) {
    console.error("Classes have numbers here; a list of synsets (--synsets FILE) names them.");
  }
  return failed > 0 ? 1 : 0;
});

if (import.meta.main) {
  standWhereCalled();
  await runCommand(main);
}
