import { unknownName } from "../core/suggest.ts";
import type { Model } from "../train/model.ts";
import type { ImageSource } from "./image_source.ts";

/**
 * A source with the classes of a model: folders that are numbered only by the order of their names get
 * the number of the model's class of that name. Where no folder has the name of a class, the order is
 * all that there is. Names that merely go with given numbers are left out where they are too many or
 * too few: a list of synsets that lies beside the images may be of another network.
 *
 * @throws {RangeError} if some folders are named after classes and others are not
 */
export function withClassesOf(model: Model, source: ImageSource): ImageSource {
  const { classes } = model, { numbering } = source;
  const isOther = numbering === "given" && source.classes?.length !== model.outputShape[0];
  const found = isOther ? undefined : source.classes;
  if (classes === undefined || found === undefined) {
    return { ...source, classes: found ?? classes };
  }
  if (numbering !== "names" || !found.some((name) => classes.includes(name))) return source;
  const numbers = found.map((name) => {
    const number = classes.indexOf(name);
    if (number >= 0) return number;
    throw new RangeError(
      `${source.name}: ${unknownName("class", name, classes)}. Folders have the names of the ` +
        "model's classes, or their numbers",
    );
  });
  return {
    ...source,
    classes,
    async *images() {
      for await (const image of source.images()) yield { ...image, label: numbers[image.label]! };
    },
  };
}
