import type { ImageEntry, ImageSource } from "./image_source.ts";

/** An image and its label among the classes of a data set. */
export interface LabelledImage {
  /** Where it lies. */
  readonly image: ImageEntry;
  /** The number of its class. */
  readonly label: number;
}

/** Images of classes that are numbered without gaps. */
export interface ClassedImages {
  readonly name: string;
  readonly images: readonly LabelledImage[];
  readonly classes: readonly string[];
  readonly notes: readonly string[];
}

/**
 * The images of a source with the classes that it has images of, in the order of its numbers: a list of
 * synsets may name a thousand others.
 *
 * @throws {TypeError} for a source whose images are known only as they are read, such as shards
 */
export function classedImages(source: ImageSource, where: string): ClassedImages {
  const listed = source.images(), { name, classes = [], ids = [], notes = [] } = source;
  if (!(Symbol.iterator in listed)) {
    throw new TypeError(
      `${where}: ${name}: expected images that are known before they are read, found shards or another ` +
        "stream; read it by imageStream()",
    );
  }
  const images = [...listed], numbers = new Map<number, ImageEntry>();
  for (const image of images) if (!numbers.has(image.label)) numbers.set(image.label, image);
  const sorted = [...numbers].sort(([a], [b]) => a - b);
  const names = sorted.map(([label, { className }]) =>
    classes[label] ?? className ?? String(label)
  );
  const labels = new Map(sorted.map(([number], label) => [number, label]));
  return {
    name,
    images: images.map((image) => ({ image, label: labels.get(image.label)! })),
    // Two synsets may have the same words.
    classes: new Set(names).size === names.length
      ? names
      : names.map((name, i) => ids[sorted[i]![0]] ?? name),
    notes,
  };
}

/** How many images each class has. */
export function countsOf({ images, classes }: ClassedImages): number[] {
  const counts = classes.map(() => 0);
  for (const { label } of images) counts[label]!++;
  return counts;
}
