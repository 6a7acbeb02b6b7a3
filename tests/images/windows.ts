/**
 * What a pipeline draws for images, without changing any: where it crops, and whether it mirrors. As a
 * program, for tests/fixtures/generate_image_folder.py, it reads sizes and writes windows as JSON.
 *
 * @module
 */
import { randomWindow } from "../../lib/augment/crop.ts";
import { Random } from "../../lib/core/random.ts";
import { Draw } from "../../lib/train/draw.ts";

/** The seed and the epoch of the fixtures. */
export const seed = 3, epoch = 1;

/** A part of an image, mirrored or not. */
export interface Drawn {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly isMirrored: boolean;
}

/** What "randomResizedCrop", or "randomCrop" of a side, and a flip draw for image `index` of a size. */
export function drawnFor(
  index: number,
  { height, width }: { readonly height: number; readonly width: number },
  side?: number,
): Drawn {
  const { random: own } = new Draw(seed, epoch, index);
  // Threads get a seed and a stream of the image's own.
  const random = new Random(own.word(), own.word());
  const crop = () => {
    const top = random.integer(height - side! + 1), left = random.integer(width - side! + 1);
    return { top, left, height: side!, width: side! };
  };
  const window = side === undefined
    ? randomWindow({ height, width }, [0.08, 1], [3 / 4, 4 / 3], random)
    : crop();
  return { ...window, isMirrored: random.uniform() < 0.5 };
}

if (import.meta.main) {
  const asked: readonly { index: number; height: number; width: number; side?: number }[] = JSON
    .parse(await new Response(Deno.stdin.readable).text());
  console.log(JSON.stringify(asked.map((one) => drawnFor(one.index, one, one.side))));
}
