import { cifar10, type Dataset, shapes } from "../../mod.ts";

/**
 * Some small colour pictures of ten classes to learn from: photographs of CIFAR-10 where the folder or
 * address that `STRIATE_MIRROR` names has them, otherwise drawn shapes of the same size.
 */
export async function smallPictures(
  count: number,
): Promise<{ train: Dataset; isPhotographs: boolean; name: string }> {
  const amount = count.toLocaleString("en");
  if (Deno.env.get("STRIATE_MIRROR")) {
    const found = await cifar10({ parts: ["train"] }).catch(() => undefined);
    if (found !== undefined) {
      return {
        train: found.train.take(count),
        isPhotographs: true,
        name: `${amount} real photographs of CIFAR-10`,
      };
    }
  }
  return {
    train: shapes({ train: count, seed: 6 }).train,
    isPhotographs: false,
    name: `${amount} drawn shapes (CIFAR-10 is not here)`,
  };
}
