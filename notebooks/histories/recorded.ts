/** An epoch of a run that was recorded. */
export interface RecordedEpoch {
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly top1: number;
  /** Of its last step. */
  readonly learningRate?: number;
  readonly validationLoss?: number;
  readonly validationTop1?: number;
}

/** A run of a recipe: an arm of the experiment with one seed. */
export interface Arm {
  readonly arm: string;
  readonly seed: number;
  /** Training images. */
  readonly images: number;
  /**
   * Measured at the end, on the training images (over the last epoch, where the recipe measures no
   * more) and on the test images.
   */
  readonly train: { readonly loss: number; readonly top1: number };
  readonly test: { readonly loss: number; readonly top1: number };
  readonly epochs: readonly RecordedEpoch[];
}

/** What a recipe measured, and the command that does. */
export interface Recorded {
  readonly command: string;
  /** Test images. */
  readonly test: number;
  readonly machine: string;
  readonly arms: readonly Arm[];
}

/** The recorded runs of a recipe, or nothing where none are. */
export async function recorded(recipe: string): Promise<Recorded | undefined> {
  const file = new URL(`${recipe}.json`, import.meta.url);
  return await Deno.readTextFile(file).then(
    (text): Recorded => JSON.parse(text),
    (error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    },
  );
}
