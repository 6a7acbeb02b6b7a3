import { readResults } from "../evaluate/journal.ts";
import type { ImageSource } from "../images/image_source.ts";
import { encodePng } from "../plotly_svg/mod.ts";
import type { Dataset } from "../train/dataset.ts";
import type { Wrong } from "./pages/evaluation_page.ts";
import { thumbnail } from "./pages/photograph.ts";

/** Mistakes that a report shows. */
const most = 24;

/** The mistakes of an evaluation that its network is surest of, with their pictures. */
export async function wrongImages(
  journal: string,
  source: ImageSource | Dataset,
  rotate = false,
): Promise<readonly Wrong[]> {
  const wrong = (await readResults(journal))
    .flatMap((result) => "corrupt" in result || result.top[0] === result.label ? [] : [result])
    .toSorted((a, b) => b.probability - a.probability).slice(0, most);
  const pictures =
    await ("images" in source
      ? photographs(source, new Set(wrong.map(({ image }) => image)), rotate)
      : records(source, wrong.map(({ image }) => Number(image))));
  return wrong.flatMap(({ image, label, top, probability }) => {
    const png = pictures.get(image);
    return png === undefined ? [] : [{ image, label, predicted: top[0]!, probability, png }];
  });
}

/** Images of a source by name. Those of shards come by in their order. */
async function photographs(source: ImageSource, names: ReadonlySet<string>, rotate: boolean) {
  const found = new Map<string, Uint8Array>();
  for await (const { name, read } of named(source)) {
    if (names.has(name)) found.set(name, await thumbnail(await read(), { name, rotate }));
    if (found.size === names.size) break;
  }
  return found;
}

async function* named(source: ImageSource) {
  for await (const image of source.images()) yield { name: image.name, read: () => image.read() };
}

/** Records of a data set by number. */
async function records(data: Dataset, indices: readonly number[]) {
  const [height, width, channels] = data.inputs[0]!.shape as [number, number, 1 | 3];
  const found = new Map<string, Uint8Array>();
  for (const index of indices) {
    const { inputs: [pixels] } = await data.load([index]);
    found.set(String(index), encodePng(pixels as Uint8Array, width, height, channels));
  }
  return found;
}
