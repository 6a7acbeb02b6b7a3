import { makeFolder, writeFileAtomic } from "../core/files.ts";
import type { TestImages } from "./test_images.ts";

/** Mistakes that are kept. */
const most = 25;

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
 * `index.json`: what labels are wrong, and which classes are alike, shows there first.
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
  return list;
}
