import { makeFolder, writeFileAtomic } from "../core/files.ts";
import type { ConfusionMatrix } from "../evaluate/confusion.ts";
import type { TestImages } from "./test_images.ts";

/** Mistakes that are kept. */
const most = 25;

/** How often classes were taken for others, in the file `confusion.json`. */
export interface Confusions {
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** What was found at all: the right class and the predicted one by number, and how often. */
  readonly counts: readonly (readonly [label: number, predicted: number, count: number])[];
}

/** An image that a model takes for something else. */
export interface Mistake {
  /** The picture beside the list. */
  readonly file: string;
  /** Its place among the test images. */
  readonly index: number;
  /** The file it comes from, where there is one. */
  readonly image?: string;
  /** The class it shows. */
  readonly label: string;
  /** The class it is taken for. */
  readonly predicted: string;
  /** How probable the model takes that to be. */
  readonly probability: number;
}

/**
 * Keeps the mistakes that a model is surest of, as PNG pictures in a folder with a list of them,
 * `index.json`, and how often each class was taken for each, `confusion.json`: what labels are wrong,
 * and which classes are alike, shows there first.
 */
export async function keepMistakes(images: TestImages, folder: string): Promise<Mistake[]> {
  await makeFolder(folder);
  const list: Mistake[] = [];
  for (const [i, answer] of images.mistakes.slice(0, most).entries()) {
    const { index, label, predicted, probability } = answer, image = images.fileOf(index);
    const file = `${String(i + 1).padStart(2, "0")}.png`;
    await writeFileAtomic(`${folder}/${file}`, await images.png(index));
    list.push({
      file,
      index,
      ...image !== undefined && { image },
      label: images.nameOf(label),
      predicted: images.nameOf(predicted),
      probability,
    });
  }
  await writeFileAtomic(`${folder}/index.json`, `${JSON.stringify(list, null, 2)}\n`);
  const confusions = confusionsIn(images.confusion, (label) => images.nameOf(label));
  await writeFileAtomic(`${folder}/confusion.json`, `${JSON.stringify(confusions)}\n`);
  return list;
}

/** A matrix as a file has it: of many classes most are never taken for most others. */
function confusionsIn(
  { classes, counts }: ConfusionMatrix,
  nameOf: (label: number) => string,
): Confusions {
  const found: (readonly [number, number, number])[] = [];
  counts.forEach((count, i) => {
    if (count > 0) found.push([Math.floor(i / classes), i % classes, count]);
  });
  return { classes: Array.from({ length: classes }, (_, label) => nameOf(label)), counts: found };
}
