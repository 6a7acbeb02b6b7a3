/**
 * `image_folder_run.ts [IMAGES] [TURNS]`: seconds of an epoch of ResNet-18 at 224 on the CPU, on a folder
 * of JPEGs that are 256 pixels high and on tensors in memory, in turns. Of the folder once with all images
 * decoded anew, as in a first epoch or where they do not fit `memory`, and once with those kept.
 *
 * @module
 */
import { imageFolder, resnet, setDevice, sgd } from "../../../mod.ts";
import { median } from "./figure.ts";
import { pictures } from "./pictures.ts";

const [images = "128", turns = "5"] = Deno.args, batchSize = 16;
await setDevice("cpu");
const folder = await Deno.makeTempDir({ prefix: "striate-folder-" });
const files = await pictures(Number(images) + 2, [256, 341]);
for (const [i, file] of files.entries()) {
  const place = `${folder}/${i < 2 ? "val" : "train"}/${i % 2 === 0 ? "ants" : "bees"}`;
  await Deno.mkdir(place, { recursive: true });
  await Deno.writeFile(`${place}/${i}.jpg`, file);
}
const read = async (memory?: number) =>
  (await imageFolder(folder, {
    size: 224,
    augment: "imagenet",
    ...memory !== undefined && { memory },
  })).train;
const decoded = await read(0), kept = await read(), inMemory = await decoded.collect();
const net = resnet(18, { classes: 2 }), optimizer = sgd({ learningRate: 1e-3, momentum: 0.9 });

/** Seconds of an epoch. */
async function secondsOf(data: typeof inMemory): Promise<number> {
  const began = performance.now();
  await net.fit(data, { batchSize, optimizer, progress: false });
  return (performance.now() - began) / 1000;
}

const ways = { inMemory, decoded, kept };
// Programs are compiled, and what is kept is there.
await kept.collect();
await secondsOf(inMemory.take(batchSize));
const seconds = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]]));
for (let i = 0; i < Number(turns); i++) {
  for (const [name, data] of Object.entries(ways)) seconds[name]!.push(await secondsOf(data));
}
await Deno.remove(folder, { recursive: true });
/** How many times as long as from memory, turn by turn. */
const ratioOf = (name: string) =>
  Number(median(seconds[name]!.map((one, i) => one / seconds.inMemory![i]!)).toFixed(3));
console.log(JSON.stringify({
  images: inMemory.length,
  imagesPerSecondInMemory: Number((inMemory.length / median(seconds.inMemory!)).toPrecision(3)),
  ratioDecodedAnew: ratioOf("decoded"),
  ratioKeptDecoded: ratioOf("kept"),
}));
Deno.exit(0);
