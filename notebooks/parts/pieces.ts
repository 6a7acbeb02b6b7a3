/** Pieces of pictures, to learn from and to be asked about: for notebook 6. */
import {
  arrayDataset,
  cropImage,
  type Dataset,
  mirrorImage,
  Random,
  type RgbImage,
  tenCrop,
} from "../../mod.ts";

/** A picture of a data set of coloured ones. */
export function pictureOf(data: Dataset, index: number): RgbImage {
  const [height, width] = data.inputs[0]!.shape as [number, number];
  return { width, height, data: data.get(index).inputs[0] as Uint8Array<ArrayBuffer> };
}

const normalized = (data: Dataset) =>
  data.normalization === undefined ? {} : { normalization: data.normalization };

/** Each picture as a random square piece of it, mirrored or not; the same ones at every reading. */
export function randomPieces(pictures: Dataset, side: number, seed: number): Dataset {
  return pictures.map(({ targets }, index) => {
    const random = new Random(seed, index), whole = pictureOf(pictures, index);
    const [left, top] = [whole.width, whole.height].map((size) => random.integer(size - side + 1));
    const piece = cropImage(whole, { left: left!, top: top!, width: side, height: side });
    return { inputs: [random.uniform() < 0.5 ? piece.data : mirrorImage(piece).data], targets };
  }, { inputs: [{ shape: [side, side, 3], dtype: "u8" }], ...normalized(pictures) });
}

/** The ten crops of each picture, one after the other. */
export function tenViews(pictures: Dataset, side: number): Dataset {
  const size = side * side * 3, data = new Uint8Array(10 * pictures.length * size);
  for (let i = 0; i < pictures.length; i++) {
    tenCrop(pictureOf(pictures, i), side).forEach((crop, c) =>
      data.set(crop.data, (10 * i + c) * size)
    );
  }
  return arrayDataset({ inputs: { data, shape: [side, side, 3] }, ...normalized(pictures) });
}
