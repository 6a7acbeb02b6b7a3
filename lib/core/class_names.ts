/**
 * Names of classes as people spell them: "Great White Shark" and "great_white-shark" are one class.
 *
 * @module
 */
import { nearestName } from "./suggest.ts";

/**
 * Without case, compatibility forms, invisible signs, leading zeros; `_`, `-`, spaces and what no
 * folder's name may have ("T-shirt/top") are one.
 */
function folded(name: string): string {
  const plain = name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC")
    .replace(/\p{Cf}/gu, "");
  const words = plain.replace(/[\s\p{Pc}\p{Pd}/\\:*?"<>|]+/gu, " ").trim();
  if (words === "") return plain; // A class may be a sign: "?" is not "-".
  return /^\d+$/.test(words) ? words.replace(/^0+(?=\d)/, "") : words;
}

/** The forms in which names are compared, the strictest first; the last is without accents. */
const forms: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.normalize("NFC"),
  folded,
  (name) => folded(name).normalize("NFD").replace(/[\u0300-\u036f]+/g, ""),
];

/** More names than this are not listed in an error. */
const listed = 8;

/** The classes of a model by name. */
export class ClassNames {
  /** The names, by number. */
  readonly names: readonly string[];
  /** For each form, the numbers of the classes that look so. */
  readonly #byForm: readonly ReadonlyMap<string, readonly number[]>[];

  /** Classes that are numbered as their names stand. */
  constructor(names: readonly string[]) {
    this.names = names;
    this.#byForm = forms.map((form) => Map.groupBy(names.keys(), (i) => form(names[i]!)));
  }

  /**
   * The numbers of the classes that a text may mean: those of that very name, or else those whose
   * names are the same in the strictest form in which any are.
   */
  matches(text: string): readonly number[] {
    for (const [i, form] of forms.entries()) {
      const found = this.#byForm[i]!.get(form(text));
      if (found !== undefined) return found;
    }
    return [];
  }

  /**
   * The number of the class that a text names; undefined where it names none.
   *
   * @throws {RangeError} where it may name several
   */
  find(text: string, where: string): number | undefined {
    const found = this.matches(text);
    if (found.length < 2) return found[0];
    throw new RangeError(
      `${where}: ${JSON.stringify(text)} may be the class ` +
        found.map((i) => `${i} (${JSON.stringify(this.names[i])})`).join(" or ") +
        "; spell it as one of them, or give its number",
    );
  }

  /**
   * The class that a number stands for where it was written as a text, as the name of a folder may be:
   * the class of that name if there is one, otherwise the number itself. Undefined where it is none, or
   * where names are numbers too, so that it would be a guess.
   */
  findNumber(text: string, where: string): number | undefined {
    const named = this.find(text, where), number = Number(text), { length } = this.names;
    if (named !== undefined) return named;
    const isUsed = this.names.some((name) => /^\d+$/.test(folded(name)) && Number(name) < length);
    return number < length && !isUsed ? number : undefined;
  }

  /** The sentence for texts that name no class: each with the nearest name, and the names that are known. */
  unknown(texts: readonly string[]): string {
    const more = (count: number) => count > listed ? ` and ${count - listed} more` : "";
    const known = `Known: ${this.names.slice(0, listed).join(", ")}${more(this.names.length)}`;
    const guesses = texts.slice(0, listed).map((text) => {
      const near = nearestName(text, this.names);
      return { text: JSON.stringify(text), near: near && JSON.stringify(near) };
    });
    const [first] = guesses;
    if (texts.length === 1) {
      return `unknown class ${first!.text}${
        first!.near ? `; did you mean ${first!.near}?` : "."
      } ${known}`;
    }
    const all = guesses.map(({ text, near }) => near ? `${text} (nearest: ${near})` : text);
    return `unknown classes ${all.join(", ")}${more(texts.length)}. ${known}`;
  }
}
