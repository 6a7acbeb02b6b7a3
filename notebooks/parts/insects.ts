import { type Dataset, imageFolder, type Model, openNetwork, squeezenet } from "../../mod.ts";

/** Photographs of ants and bees, and a network that has learnt ImageNet. */
export interface Insects {
  readonly learn: Dataset;
  readonly judge: Dataset;
  /** SqueezeNet with ImageNet's weights and a new head for two classes; another copy each time. */
  open(): Promise<Model>;
  /** The same network with weights at random. */
  fresh(): Promise<Model>;
}

/** What the folder that `STRIATE_MIRROR` names has of them; nothing, where it has none. */
export async function insects(): Promise<Insects | undefined> {
  const mirror = Deno.env.get("STRIATE_MIRROR") ?? "";
  const file = `${mirror}/imagenet-nets/squeezenet_v1.1.safetensors`,
    folder = `${mirror}/ants-bees`;
  const isHere = (path: string) => Deno.stat(path).then(() => true, () => false);
  if (mirror === "" || !await isHere(file) || !await isHere(folder)) return undefined;
  const opened = () => openNetwork("squeezenet1.1", file, { classes: ["ants", "bees"], seed: 2 });
  const photographs = await imageFolder(folder, { preprocessing: (await opened()).preprocessing });
  return {
    learn: await photographs.train.collect(),
    judge: await photographs.test.collect(),
    open: async () => (await opened()).model,
    async fresh() {
      const { model } = await opened();
      const random = squeezenet("1.1", { classes: 2, inputShape: [227, 227, 3], seed: 2 });
      for (const [name, weight] of model.namedWeights) {
        weight.assign(await random.weight(name).read());
      }
      return model;
    },
  };
}
