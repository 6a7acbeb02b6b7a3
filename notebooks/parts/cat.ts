import { photographs, type Tensor, tensor } from "../../mod.ts";

/** One frame of Muybridge's cat in grey from 0 to 1, [1, height, width, 1], and whose it is. */
export async function catFrame(): Promise<{ grey: Tensor; source: string } | undefined> {
  const [cat] = await photographs({ names: ["cat"] }).catch(() => []);
  if (cat === undefined) return undefined;
  // There are twenty-four frames, in four rows of six with a margin above.
  const [width, height] = [Math.floor(cat.width / 6), Math.floor(cat.height / 4.2)];
  const [left, top] = [width, Math.floor(0.04 * cat.height)];
  const frame = Float32Array.from({ length: width * height }, (_, i) => {
    const x = left + i % width, y = top + Math.floor(i / width);
    return cat.data[3 * (y * cat.width + x)]! / 255;
  });
  return {
    grey: tensor(frame, { shape: [1, height, width, 1] }),
    source: `${cat.title}: ${cat.by}; ${cat.license}, ${cat.source}`,
  };
}
