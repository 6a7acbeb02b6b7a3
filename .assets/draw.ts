/**
 * Draws the picture of README.md: `deno run --allow-all .assets/draw.ts`.
 *
 * @module
 */
import { digits, encodePng, lenet5, sgd } from "../mod.ts";

/** A grey image as a PNG in a data URL. */
function png(pixels: ArrayLike<number>, width: number): string {
  return `data:image/png;base64,${encodePng(pixels, width, pixels.length / width, 1).toBase64()}`;
}

/** Numbers stretched to 0..255. */
function stretched(values: readonly number[]): number[] {
  const low = Math.min(...values), high = Math.max(...values);
  return values.map((v) => Math.round(255 * (v - low) / (high - low || 1)));
}

const image = (pixels: ArrayLike<number>, width: number, x: number, y: number, size: number) =>
  `<image x="${x}" y="${y}" width="${size}" height="${size}" style="image-rendering:pixelated" href="${
    png(pixels, width)
  }"/>`;

const { train, test } = digits({ train: 6000, test: 1000 });
const net = lenet5();
const losses: number[] = [];
for (let epoch = 0; epoch < 3; epoch++) {
  const part = train.shuffle(epoch);
  for (let i = 0; i < 12; i++) {
    const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 });
    const { epochs } = await net.fit(part.slice(i * 500, (i + 1) * 500), {
      batchSize: 50,
      optimizer,
      progress: false,
    });
    losses.push(epochs[0]!.loss);
  }
}
const { top1 } = await net.evaluate(test);

const parts: string[] = [];
const label = (text: string, x: number, y: number) =>
  parts.push(`<text x="${x}" y="${y}">${text}</text>`);

label("what it learns: digits drawn on the fly", 20, 24);
for (let i = 0; i < 14; i++) {
  parts.push(image(train.get(i).inputs[0]!, 28, 20 + i * 58, 34, 54));
}

label("six filters of the first layer, learnt", 20, 122);
const kernel = await net.weight("c1.kernel").read();
for (let f = 0; f < 6; f++) {
  const filter = Array.from({ length: 25 }, (_, i) => kernel[i * 6 + f]!);
  parts.push(image(stretched(filter), 5, 20 + f * 64, 132, 58));
}

label("what they make of a digit", 20, 224);
const example = test.slice(3, 4);
const maps = await (await net.predict(example, { outputs: ["c1"] })).data();
for (let f = 0; f < 6; f++) {
  const map = Array.from({ length: 784 }, (_, i) => maps[i * 6 + f]!);
  parts.push(image(stretched(map), 28, 20 + f * 64, 234, 58));
}

const [left, top, width, height] = [440, 140, 390, 140];
label(`loss over three epochs; ${(100 * top1!).toFixed(1)} % of new digits right`, left, 122);
const most = Math.max(...losses);
const points = losses.map((loss, i) => {
  const x = left + width * i / (losses.length - 1), y = top + height * (1 - loss / most);
  return `${x.toFixed(1)},${y.toFixed(1)}`;
});
parts.push(
  `<path d="M${left},${top}V${top + height}H${left + width}" fill="none" stroke="#888"/>`,
  `<polyline points="${points.join(" ")}" fill="none" stroke="#1f77b4" stroke-width="2.5"/>`,
);

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="850" height="305" viewBox="0 0 850 305">
<rect width="850" height="305" fill="#fff"/>
<g font-family="system-ui, sans-serif" font-size="14" fill="#333">
${parts.join("\n")}
</g>
</svg>
`;
await Deno.writeTextFile(new URL("lenet5.svg", import.meta.url), svg);
console.log(`lenet5.svg: ${svg.length} bytes; top-1 ${top1}`);
