/**
 * `deno task predict`: what a network sees in images.
 *
 * @module
 */
import { writeFileAtomic } from "../core/files.ts";
import { pick } from "../core/options.ts";
import { roundingOption } from "../core/preprocessing.ts";
import { classifyImage, type ClassifyImageOptions } from "../evaluate/classify.ts";
import { isOfOneImage } from "../images/prefetch.ts";
import { decodeImage } from "../vision/decode.ts";
import { viewSchema } from "../vision/views.ts";
import { openedFor } from "./given_images.ts";
import { areDigits, isDarkOnLight } from "./ground.ts";
import { deviceOption, formatNetworks, listNetworks, networkSchema } from "./network_option.ts";
import type { Prediction } from "./pages/prediction_page.ts";
import { command, formatOptions, option, path, runCommand, toggle } from "./command.ts";
import { standWhereCalled } from "./shell.ts";

const options = {
  ...networkSchema,
  synsets: path("names of the classes by synset (synset_words.txt beside the images)"),
  crops: option("views of an image: 1 or 10 (1)", viewSchema.crops),
  rounding: option("how sizes between two pixels are rounded (torchvision)", roundingOption),
  "no-rotate": toggle("takes photos as they are stored, not turned as their EXIF data say"),
  invert: toggle("changes light and dark: for ink on paper, where digits are light on dark"),
  device: deviceOption,
  report: path("a page of the images and what is seen in them"),
  json: toggle("one JSON object an image instead of text"),
  list: toggle(
    "lists all networks, and which have weights imagenet or cifar10 published",
  ),
};

const help = async () =>
  `Says what a network sees in images: the five most probable classes.

  deno task predict --model NAME --weights FILE IMAGE...

An IMAGE is a file, or a folder: all images in it.

${formatOptions(options)}

Networks (--model)
${await formatNetworks()}

Examples
  deno task predict --model squeezenet1.1 --weights imagenet cat.jpg
  deno task predict --weights runs/lenet5-mnist seven.png`;

/** The width of the longest bar. */
const barWidth = 24;

/** A bar for a share, in eighths of a character. */
export function bar(share: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * barWidth * 8);
  const part = " ▏▎▍▌▋▊▉"[eighths % 8]!;
  return ("█".repeat(eighths >> 3) + (eighths % 8 > 0 ? part : "")).padEnd(barWidth);
}

/** Says what is seen in an image, in lines. */
function sayWhatIsSeen(image: string, labels: readonly SeenClass[]): void {
  console.log(image);
  for (const { name, probability } of labels) {
    console.log(`  ${(100 * probability).toFixed(2).padStart(6)} %  ${bar(probability)}  ${name}`);
  }
}

/** A class that is seen in an image. */
interface SeenClass {
  readonly class: number;
  readonly name: string;
  readonly probability: number;
}

/** The command; returns the exit code. */
export const main = command(options, help, async (given, paths) => {
  if (given.list) {
    (await listNetworks()).forEach((line) => console.log(line));
    return 0;
  }
  const { images, model, preprocessing, names } = await openedFor(given, paths);
  const settings: ClassifyImageOptions = {
    preprocessing: { ...preprocessing, ...pick(given, "rounding") },
    ...pick(given, "crops", "invert"),
    rotate: !given["no-rotate"],
  };
  const mayBeInk = !given.invert && preprocessing.channels === "gray" && areDigits(model.classes);
  const ink: string[] = [], predictions: Prediction[] = [];
  let failed = 0;
  for (const image of images) {
    try {
      const bytes = await Deno.readFile(image);
      if (mayBeInk && isDarkOnLight(await decodeImage(bytes.slice(), { name: image }))) {
        ink.push(image);
      }
      const found = await classifyImage(model, bytes, { ...settings, name: image });
      const labels = found.map(({ index, score }): SeenClass => ({
        class: index,
        name: names?.[index] ?? `class ${index}`,
        probability: score,
      }));
      if (given.json) console.log(JSON.stringify({ image, labels }));
      else sayWhatIsSeen(image, labels);
      if (given.report !== undefined) {
        const { thumbnail } = await import("./pages/photograph.ts");
        const png = await thumbnail(bytes, { name: image, rotate: settings.rotate! });
        predictions.push({ image, png, labels });
      }
    } catch (error) {
      // One bad image does not hide what is seen in the others.
      if (!isOfOneImage(error)) throw error;
      const isMissing = error instanceof Deno.errors.NotFound;
      console.error(`error: ${isMissing ? `there is no file ${image}` : error.message}`);
      failed++;
    }
  }
  if (given.report !== undefined) {
    const { predictionPage } = await import("./pages/prediction_page.ts");
    const content = predictionPage(given.model ?? "the network", predictions);
    await writeFileAtomic(given.report, content);
    console.error(`report: ${given.report}`);
  }
  if (ink.length > 0) {
    console.error(
      `${ink.length === 1 ? `${ink[0]} is` : `${ink.length} images are`} dark on a light ground; ` +
        "the network has learnt digits that are light on dark: --invert turns that about.",
    );
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
