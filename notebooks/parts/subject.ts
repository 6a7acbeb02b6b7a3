/** A network and pictures to be explained: for notebook 15. */
import {
  adam,
  cifarFiles,
  cifarResnet,
  cropImage,
  type Dataset,
  explain,
  loadWeights,
  type Model,
  openNetwork,
  photographs,
  type Preprocessing,
  type RgbImage,
  sequential,
  shapes,
  type Tensor,
  tensor,
  topK,
  zooEntry,
} from "../../mod.ts";

/** A network, what it is shown, and which of its layers are looked at. */
export interface Subject {
  /** Which network and which pictures these are. */
  readonly data: string;
  readonly model: Model;
  readonly preprocessing: Preprocessing;
  /** Two pictures to explain. */
  readonly pictures: readonly RgbImage[];
  /** Pictures to look for patches in, of the model's size. */
  readonly tiles: readonly RgbImage[];
  /** Layers from the bottom to the top. */
  readonly layers: readonly string[];
  /** Where forgetting begins, from the top to the bottom. */
  readonly forgotten: readonly string[];
}

const mirror = () => Deno.env.get("STRIATE_MIRROR");

/** Without weights: a small network that learns drawn shapes, and some of those. */
async function drawn(reason: string): Promise<Subject> {
  const { train, test } = shapes({ train: 3000, test: 60, seed: 4 });
  const model = sequential([32, 32, 3], { seed: 4 });
  for (const [name, filters] of [["a", 16], ["b", 32], ["c", 64]] as const) {
    model.conv2d(filters, 3, { padding: "same", bias: false, name: `${name}/conv` })
      .batchNorm({ name: `${name}/norm` }).relu({ name: `${name}/output` });
    if (name !== "c") model.maxPool2d(2);
  }
  model.globalAveragePool2d().dense(10, { name: "classifier" });
  const optimizer = adam({ learningRate: 0.003 });
  await model.fit(train, { epochs: 4, optimizer, progress: false });
  const all = Array.from({ length: test.length }, (_, i): RgbImage => ({
    width: 32,
    height: 32,
    data: test.get(i).inputs[0] as Uint8Array<ArrayBuffer>,
  }));
  return {
    data: `drawn shapes, and a small network that has learnt ${train.length} of them, ` +
      `since there are no weights or no photographs (${reason})`,
    model,
    preprocessing: {
      resize: 32,
      crop: 32,
      channels: "rgb",
      normalization: train.normalization!,
    },
    pictures: [all[3]!, all[5]!],
    tiles: all,
    layers: ["a/output", "b/output", "c/output"],
    forgotten: ["classifier", "c", "a"],
  };
}

/** Squares of a photograph, side by side. */
function squaresOf(photograph: RgbImage, side: number): RgbImage[] {
  const squares: RgbImage[] = [];
  for (let top = 0; top + side <= photograph.height; top += side) {
    for (let left = 0; left + side <= photograph.width; left += side) {
      squares.push(cropImage(photograph, { left, top, width: side, height: side }));
    }
  }
  return squares;
}

/** GoogLeNet and photographs. */
async function real(): Promise<Subject> {
  if (mirror() === undefined) throw new Error("STRIATE_MIRROR names no folder");
  const weights = `${mirror()}/imagenet-nets/googlenet.safetensors`;
  const { model, preprocessing } = await openNetwork("googlenet", weights);
  const all = await photographs();
  const sources = all.map(({ title, by, license }) => `\n- ${title}: ${by} (${license})`);
  return {
    data: `GoogLeNet with ImageNet's weights, and ${all.length} photographs${sources.join("")}`,
    model,
    preprocessing,
    pictures: ["leaves", "boats"].map((wanted) => all.find(({ name }) => name === wanted)!),
    tiles: all.flatMap((photograph) => squaresOf(photograph, 224)),
    layers: [3, 4, 4, 5].map((stage, i) => `inception_${stage}${["b", "a", "e", "b"][i]}/output`),
    forgotten: ["loss3/classifier", "inception_5a", "inception_4a", "conv1/7x7_s2"],
  };
}

/** GoogLeNet and photographs where they can be had, else a small network and drawn shapes. */
export const subjectOf = (): Promise<Subject> =>
  real().catch((error: Error) => drawn(error.message));

/** Pictures as a model takes them, bytes [n, h, w, c], and as we see them. */
export async function seen(
  model: Model,
  pictures: readonly RgbImage[],
  preprocessing: Preprocessing,
): Promise<{ batch: Tensor; views: RgbImage[] }> {
  const all = pictures.map((picture) => explain.seenBy(model, picture, { preprocessing }));
  const [height, width] = model.inputShape as [number, number, number];
  const size = height * width * 3, bytes = new Uint8Array(all.length * size);
  for (const [i, { input }] of all.entries()) bytes.set(await input.data<"u8">(), i * size);
  return {
    batch: tensor(bytes, { shape: [all.length, height, width, 3] }),
    views: all.map(({ image }) => image),
  };
}

/** A class, what it is called, and how probable it is. */
export interface Answer {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** The most probable classes of each picture of a batch. */
export async function answersTo(model: Model, batch: Tensor, k = 5): Promise<Answer[][]> {
  const ranked = await topK((await model.predict(batch)).softmax(), k);
  return ranked.map((classes) =>
    classes.map(({ index, score }) => ({
      index,
      label: model.classes![index]!.split(",")[0]!,
      probability: score,
    }))
  );
}

/** ResNet-20 and pictures of CIFAR-10 to test on; or a small one that learns drawn shapes. */
export async function residual(): Promise<{ data: string; net: Model; test: Dataset }> {
  const images = mirror() === undefined
    ? undefined
    : await cifarFiles([`${mirror()}/cifar10/test_a.bin.br`]).catch(() => undefined);
  const weights = `${mirror()}/cifar10-resnets/resnet20-12fca82f.safetensors`;
  if (images !== undefined && await Deno.stat(weights).then(() => true, () => false)) {
    const net = cifarResnet(20), test = images.take(250);
    await loadWeights(net, weights);
    net.normalization = zooEntry("cifar-resnet20").preprocessing.normalization;
    return { data: `ResNet-20, ${test.length} photographs of CIFAR-10`, net, test };
  }
  const { train, test } = shapes({ train: 1000, test: 200, seed: 5 });
  const net = cifarResnet(20, { seed: 5 }), optimizer = adam({ learningRate: 0.004 });
  await net.fit(train, { epochs: 3, batchSize: 50, optimizer, progress: false });
  const data = `a ResNet-20 that has learnt ${train.length} drawn shapes, ${test.length} others`;
  return { data, net, test };
}
