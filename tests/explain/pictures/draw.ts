/**
 * Draws the pictures of this folder anew, from the photographs of the mirror (`STRIATE_MIRROR`):
 *
 *     deno run -A tests/explain/pictures/draw.ts
 *
 * `deno task explain` makes them; here they are only made small. No photograph is kept.
 *
 * @module
 */
import { main } from "../../../lib/cli/explain.ts";
import { loadPackage } from "../../../lib/core/package.ts";
import { needs } from "../../setup/needs.ts";

/** The networks, with their weights on the mirror. */
export const networks = { "googlenet": "googlenet", "squeezenet1.1": "squeezenet_v1.1" };
/** The photographs: the cat and the dog. */
export const photographs = ["n02128385_leopard", "n02109961_Eskimo_dog"];
export const methods = ["grad-cam", "occlusion"];
/** How large they are here, across, in pixels. */
const size = 112;

type Sharp = (bytes: Uint8Array) => {
  resize(width: number, height: number): {
    jpeg(options: { quality: number }): { toBuffer(): Promise<Uint8Array> };
  };
};

if (import.meta.main) {
  if (!needs.mirror.met) throw new Error(needs.mirror.otherwise);
  const { default: sharp } = await loadPackage<{ default: Sharp }>("npm:sharp@0.35.5", "pictures");
  const mirror = Deno.env.get("STRIATE_MIRROR"), samples = `${mirror}/imagenet-samples`;
  const folder = await Deno.makeTempDir({ prefix: "explained-" });
  for (const [network, weights] of Object.entries(networks)) {
    await main([
      ...["--model", network, "--weights", `${mirror}/imagenet-nets/${weights}.safetensors`],
      ...["--method", methods.join(), "--synsets", `${samples}/synset_words.txt`],
      ...["--out", folder, "--device", "cpu"],
      ...photographs.map((name) => `${samples}/images/${name}.JPEG`),
    ]);
    for (const name of photographs) {
      for (const method of methods) {
        const png = await Deno.readFile(`${folder}/${name}-${method}.png`);
        const jpeg = await sharp(png).resize(size, size).jpeg({ quality: 80 }).toBuffer();
        const file = `${name.replace(/^n\d+_/, "")}-${network}-${method}.jpg`;
        await Deno.writeFile(new URL(file, import.meta.url), jpeg);
        console.log(`${file}: ${jpeg.length} bytes`);
      }
    }
  }
  await Deno.remove(folder, { recursive: true });
}
