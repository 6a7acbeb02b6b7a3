/**
 * `deno task explain`: where in images a network looks.
 *
 * @module
 */
import { basename, join } from "node:path";
import { makeFolder, writeFileAtomic } from "../core/files.ts";
import { checkedBy, text } from "../core/option_kinds.ts";
import { pick } from "../core/options.ts";
import { roundingOption } from "../core/preprocessing.ts";
import { unknownName } from "../core/suggest.ts";
import { isOfOneImage } from "../images/prefetch.ts";
import { command, formatOptions, option, path, runCommand, toggle, UsageError } from "./command.ts";
import { openedFor } from "./given_images.ts";
import { deviceOption, formatNetworks, networkSchema } from "./network_option.ts";
import type { ExplainedImage } from "./pages/explanation_page.ts";
import { standWhereCalled } from "./shell.ts";

/** The methods, as `explanations.ts` has them: a program that only shows its help loads none. */
const methods = [
  ...["grad-cam", "guided-grad-cam", "cam", "occlusion", "saliency", "smooth-grad"],
  ...["gradient-times-input", "integrated-gradients", "guided-backpropagation", "deconvnet"],
];

/** Methods by name, separated by commas, or "all". */
const methodOption = checkedBy((value, where): readonly string[] => {
  const names = value === "all" ? methods : `${value}`.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !methods.includes(name));
  if (unknown === undefined) return names;
  throw new RangeError(`${where}: ${unknownName("method", unknown, methods)}`);
});

const options = {
  ...networkSchema,
  method: option(
    "how it is explained: names with commas between, or all (grad-cam)",
    methodOption,
    "NAMES",
  ),
  class: option("the class, by number or name; else the most probable", text(), "CLASS"),
  layer: option(
    "of grad-cam, guided-grad-cam and deconvnet: the layer (the last with maps)",
    text(),
    "NAME",
  ),
  out: path("the folder of the pictures and the page (explained)", "DIR"),
  synsets: path("names of the classes by synset (synset_words.txt beside the images)"),
  rounding: option("how sizes between two pixels are rounded (torchvision)", roundingOption),
  "no-rotate": toggle("takes photos as they are stored, not turned as their EXIF data say"),
  device: deviceOption,
};

const help = async () =>
  `Shows where in images a network looks: pictures, and a page of them (index.html).

  deno task explain --model NAME --weights FILE IMAGE...

An IMAGE is a file, or a folder: all images in it.

${formatOptions(options)}

Methods (--method)
  ${methods.slice(0, 6).join(", ")},
  ${methods.slice(6).join(", ")}

Networks (--model)
${await formatNetworks()}

Examples
  deno task explain --model googlenet --weights imagenet cat.jpg
  deno task explain --model squeezenet1.1 --weights imagenet --method grad-cam,occlusion dogs`;

/** The class that a text names: a number, a name, or words of one name alone. */
function classNamed(
  given: string,
  names: readonly string[] | undefined,
  classes: number,
): number {
  const number = Number(given);
  if (given.trim() !== "" && Number.isInteger(number)) {
    if (number >= 0 && number < classes) return number;
    throw new UsageError(`--class: expected a number from 0 to ${classes - 1}, found ${given}`);
  }
  const lower = given.toLowerCase(), all = (names ?? []).map((name) => name.toLowerCase());
  const same = all.indexOf(lower);
  if (same >= 0) return same;
  const found = all.flatMap((name, i) => name.includes(lower) ? [i] : []);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const some = found.slice(0, 5).map((i) => `${names![i]} (${i})`).join(", ");
    throw new UsageError(`--class: ${JSON.stringify(given)} is part of several names: ${some}`);
  }
  throw new UsageError(
    names === undefined
      ? "--class: classes have numbers here; a list of synsets (--synsets FILE) names them"
      : `--class: ${unknownName("class", given, names)}`,
  );
}

/** Names for the files of images: that of the image, and a number where it came before. */
function stems(images: readonly string[]): string[] {
  const taken = new Set<string>();
  return images.map((image) => {
    const base = basename(image).replace(/\.[^.]*$/, "");
    let stem = base;
    for (let number = 2; taken.has(stem); number++) stem = `${base}-${number}`;
    taken.add(stem);
    return stem;
  });
}

/** The command; returns the exit code. */
export const main = command(options, help, async (given, paths) => {
  const { method = ["grad-cam"], out = "explained" } = given;
  const { images, model, preprocessing, names } = await openedFor(given, paths);
  const nameOf = (index: number) => names?.[index] ?? `class ${index}`;
  const chosen = given.class === undefined
    ? undefined
    : classNamed(given.class, names, model.outputShape.at(-1)!);
  const { explained } = await import("./explanations.ts");
  const { seenBy } = await import("../explain/mod.ts");
  const { classifyImage } = await import("../evaluate/classify.ts");
  const { decodeImage } = await import("../vision/decode.ts");
  const { encodePng } = await import("../plotly_svg/mod.ts");
  const known = { ...preprocessing, ...pick(given, "rounding") }, rotate = !given["no-rotate"];
  await makeFolder(out);
  const files = stems(images), done: ExplainedImage[] = [];
  let failed = 0;
  for (const [i, image] of images.entries()) {
    try {
      const bytes = await Deno.readFile(image);
      const settings = { preprocessing: known, name: image, rotate };
      const labels = (await classifyImage(model, bytes.slice(), settings))
        .map(({ index, score }) => ({ index, name: nameOf(index), probability: score }));
      const target = chosen ?? labels[0]!.index;
      const photograph = await decodeImage(bytes, { name: image, rotate });
      const seen = seenBy(model, photograph, { preprocessing: known });
      const pictures: ExplainedImage["pictures"][number][] = [];
      console.log(`${image}: ${nameOf(target)}`);
      for (const name of method) {
        const asked = { target, ...pick(given, "layer") };
        const { png, note } = await explained(name, model, seen, asked);
        const file = join(out, `${files[i]}-${name}.png`);
        await writeFileAtomic(file, png);
        pictures.push({ method: name, png, ...note !== undefined && { note } });
        console.log(`  ${file}${note === undefined ? "" : `  (${note})`}`);
      }
      const { width, height, data } = seen.image;
      const png = encodePng(data, width, height, 3);
      done.push({ image, png, labels, target: nameOf(target), pictures });
    } catch (error) {
      // One bad image does not hide what is seen in the others.
      if (!isOfOneImage(error)) throw error;
      const isMissing = error instanceof Deno.errors.NotFound;
      console.error(`error: ${isMissing ? `there is no file ${image}` : error.message}`);
      failed++;
    }
  }
  if (done.length > 0) {
    const { explanationPage } = await import("./pages/explanation_page.ts");
    const file = join(out, "index.html");
    await writeFileAtomic(file, explanationPage(given.model ?? "the network", done));
    console.log(`page: ${file}`);
  }
  return failed > 0 ? 1 : 0;
});

if (import.meta.main) {
  standWhereCalled();
  await runCommand(main);
}
