import { makeFolder, writeFileAtomic } from "../core/files.ts";
import type { TestImages } from "./test_images.ts";

/** Classes of which there is a sample. */
const most = 5;

/**
 * Keeps a test image of each of some classes as a PNG picture, named after its class: something to try
 * `predict` on.
 */
export async function keepSamples(images: TestImages, folder: string): Promise<void> {
  const firsts = new Map<number, number>();
  for (const { label, index } of images.answers) {
    if (!firsts.has(label)) firsts.set(label, index);
    if (firsts.size === most) break;
  }
  await makeFolder(folder);
  for (const [label, index] of firsts) {
    const name = images.nameOf(label).replace(/[^\p{L}\p{N}]+/gu, "-");
    await writeFileAtomic(`${folder}/${name}.png`, await images.png(index));
  }
}
