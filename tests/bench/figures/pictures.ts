import { Random } from "../../../lib/core/random.ts";

/** Drawn pictures as JPEG files: smooth colours and noise. */
export async function pictures(
  number: number,
  [height, width]: readonly [number, number],
): Promise<Uint8Array<ArrayBuffer>[]> {
  // Not a literal, so that nothing is fetched before it is needed.
  const specifier = "npm:sharp@0.35.5";
  const { default: sharp } = await import(specifier);
  const random = new Random(50);
  const encode = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const [a, b, c] = [random.uniform(0, 9), random.uniform(0, 9), random.uniform(0, 9)];
    const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3), x = pixel % width / width, y = pixel / width / height;
      return 110 + 90 * Math.sin(a * x + b * y + c * (i % 3)) + random.integer(40);
    });
    const raw = { width, height, channels: 3 };
    return Uint8Array.from(await sharp(pixels, { raw }).jpeg({ quality: 80 }).toBuffer());
  };
  const result: Uint8Array<ArrayBuffer>[] = [];
  while (result.length < number) result.push(await encode());
  return result;
}
