import { areImageNetClasses, imageNetSynsets } from "../../data/imagenet_classes.ts";
import { ClassNames } from "../core/class_names.ts";
import { describeValue } from "../core/errors.ts";
import type { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import type { ImageEntry, ImageSource } from "../images/image_source.ts";

/** What a source says of an image: the number of its class, how that is written, or both. */
type Label = Pick<ImageEntry, "label" | "className">;

/** A label in words. */
const textOf = ({ label, className = String(label) }: Label) => className;

/** Whether a class has the name of another number. */
function isOfAnother({ label, className = "" }: Label, names: ClassNames): boolean {
  const matches = names.matches(className);
  return matches.length > 0 && !matches.includes(label);
}

/** Whether a class is written as a word. */
const isWord = ({ className = "" }: Pick<Label, "className">) => /\D/.test(className);

/**
 * A source with the classes of a model: what it names gets the number of the model's class of that name,
 * however it is spelled; the classes of ImageNet have the names of their synsets too. Names beside numbers count if one is that of another number. A model that knows no names leaves the numbers as they are; where these are
 * merely the order of names, a note says so. Names that only go with given numbers are left out where
 * they are too many or too few: a list of synsets that lies beside the images may be of another network.
 *
 * @throws {RangeError} for names or numbers that are no classes of the model, or may be several
 * @throws {TypeError} for what is no source of images
 */
export function withClassesOf(model: Model, source: ImageSource): ImageSource {
  if (typeof source?.images !== "function") {
    throw new TypeError(
      `evaluateImages: expected images, as openImages("FOLDER") gives them, found ${
        describeValue(source)
      }`,
    );
  }
  const { name, length, numbering, classes } = source, count = model.outputShape.at(-1)!;
  if (model.classes !== undefined && model.classes.length !== count) {
    throw new RangeError(
      `${name}: the model has ${count} outputs, but names of ${model.classes.length} classes; set ` +
        "model.classes to a name for each",
    );
  }
  const names = model.classes && new ClassNames(model.classes);
  const synsets = areImageNetClasses(model.classes)
    ? new Map(imageNetSynsets.map((id, label) => [id, label]))
    : undefined;
  const isByOrder = numbering === "names" && names === undefined;
  const isByList = numbering === "synsets" && (names === undefined || areInOrder(names, source));
  const listed = source.images();
  const isByNumber = numbering === "given" && names !== undefined && Symbol.iterator in listed &&
    ![...listed].some((image) => isWord(image) && isOfAnother(image, names));
  const most = isByOrder || isByList ? Infinity : count; // It is said of them that they are too many.
  const numberOf = ({ label, ...written }: Label): number | undefined => {
    const { className = numbering === "names" ? classes?.[label] : undefined } = written;
    const isNumber = label >= 0 && (isByList || isByNumber && isWord(written));
    if (names !== undefined && className !== undefined && !isNumber) {
      return synsets?.get(className) ?? classNamed(className, label, names, source);
    }
    return label < most ? label : undefined;
  };
  const unknown = (labels: readonly Label[], image: string) =>
    new RangeError(`${name}: ${whatIsUnknown(labels, source, names, count, image)}`);
  if (Symbol.iterator in listed) {
    // What is known before the first image is read is checked before.
    const byText = Map.groupBy(listed, textOf);
    const wrong = [...byText.values()].map(([image]) => image!)
      .filter((image) => numberOf(image) === undefined);
    if (wrong.length > 0) throw unknown(wrong, wrong[0]!.name);
  }
  const isOther = numbering === "given" && classes?.length !== count;
  return {
    name,
    length,
    classes: isByList ? classes : model.classes ?? (isOther ? undefined : classes),
    get notes() {
      return [...source.notes ?? [], ...isByOrder ? [orderNote(classes!)] : []];
    },
    async *images() {
      for await (const image of source.images()) {
        const label = numberOf(image);
        if (label === undefined) throw unknown([image], image.name);
        yield { name: image.name, label, read: () => image.read() };
      }
    },
  };
}

/**
 * What the labels of a data set are to a model: where both know names of the classes, the number of the
 * model's class of that name.
 *
 * @throws {RangeError} for names that are no classes of the model, or may be several
 */
export function labelsFor(
  { classes: known }: Pick<Model, "classes">,
  { classes }: Pick<Dataset, "classes">,
  where: string,
): (label: number) => number {
  const isSame = known?.length === classes?.length &&
    known?.every((name, i) => name === classes![i]);
  if (known === undefined || classes === undefined || isSame) return (label) => label;
  const names = new ClassNames(known), numbers = classes.map((name) => names.find(name, where));
  const unknown = classes.filter((_, i) => numbers[i] === undefined);
  if (unknown.length > 0) throw new RangeError(`${where}: ${names.unknown(unknown)}`);
  return (label) => numbers[label] ?? label;
}

function orderNote(classes: readonly string[]): string {
  const some = classes.slice(0, 4).map((name, i) => `${i} ${name}`).join(", ");
  return "the model knows no names of classes: those of the images are numbered in their order " +
    `(${some}${classes.length > 4 ? ", …" : ""})`;
}

/** The number of the model's class that a source names; undefined where there is none. */
function classNamed(
  className: string,
  label: number,
  names: ClassNames,
  { name: where, numbering, classes }: ImageSource,
): number | undefined {
  if (numbering === "given" && label >= 0) return names.findNumber(className, where);
  const word = numbering === "synsets" ? classes![label] : undefined;
  return names.find(className, where) ?? (word === undefined ? undefined : names.find(word, where));
}

/**
 * Whether a list of synsets goes with a model's classes as they stand: as many, and none that has the
 * name of another. Lists differ in their words ("corn", "maize"), and some words name two classes.
 */
function areInOrder(names: ClassNames, { ids, classes }: ImageSource): boolean {
  return ids!.length === names.names.length && ids!.every((id, i) => {
    const matches = [...names.matches(id), ...names.matches(classes![i]!)];
    return matches.length === 0 || matches.includes(i);
  });
}

/** Usual names of the folders in which a data set has its parts. */
const partPattern = /^(train(ing)?|val(id(ation)?)?|dev|test(ing)?)$/i;

function whatIsUnknown(
  labels: readonly Label[],
  { numbering }: ImageSource,
  names: ClassNames | undefined,
  count: number,
  image: string,
): string {
  const [first] = labels,
    { label } = first!,
    isNumber = numbering === "given" && !isWord(first!) || !first!.className;
  if (names !== undefined && !(isNumber && label >= count)) {
    const isSynset = numbering !== "synsets" && /^n\d{8}$/.test(textOf(first!));
    const texts = labels.map(textOf), isOfParts = texts.every((text) => partPattern.test(text));
    return `${names.unknown(texts)}. ${
      isOfParts ? `Where these are parts, measure by one of them (…/${texts.at(-1)}). ` : ""
    }Folders and labels are named after the model's ` +
      `classes or numbered as these are, from 0${
        isSynset
          ? "; synsets want their list (--synsets FILE)"
          : "; what images in one folder show, says a label file (--labels FILE)"
      }`;
  }
  if (Number.isNaN(label)) {
    return `${image}: found the class ${
      JSON.stringify(textOf(first!))
    }, but the model knows no names ` +
      "of classes: set model.classes, give a list of synsets (--synsets FILE), or use numbers from 0";
  }
  return `${image}: expected a class from 0 to ${count - 1}, as the model has, found ${label}`;
}
