/**
 * The fonts that texts of pictures are set in: which letters they have, and where they come from.
 *
 * @module
 */
import { loadPackage } from "../core/package.ts";
import { packageFile } from "../core/package_file.ts";

/** A font that was read. */
export interface FontFile {
  readonly bytes: Uint8Array;
  /** Whether it has a letter, by its Unicode number. */
  has(letter: number): boolean;
}

/** Letters as wide as Arial's: plain, bold, italic. They are Latin, Greek, Cyrillic and Hebrew. */
const textPackage = "npm:@expo-google-fonts/arimo@0.4.3";
const textFiles = [
  "400Regular/Arimo_400Regular.ttf",
  "700Bold/Arimo_700Bold.ttf",
  "400Regular_Italic/Arimo_400Regular_Italic.ttf",
];

/** The signs of mathematics, such as ∇ and ⊙. */
const signPackage = "npm:@expo-google-fonts/noto-sans-math@0.4.2";
const signFile = "400Regular/NotoSansMath_400Regular.ttf";

let texts: Promise<FontFile[]> | undefined;
let signs: Promise<FontFile> | undefined;

/** The fonts for an SVG picture, and whether they have all of its letters. */
export async function fontsFor(svg: string): Promise<{ fonts: FontFile[]; complete: boolean }> {
  const fonts = await (texts ??= readFonts(textPackage, textFiles).catch((error) => {
    texts = undefined; // The next picture may find a network.
    throw error;
  }));
  const missing = lettersOf(svg).filter((letter) => !fonts[0]!.has(letter));
  if (missing.length === 0) return { fonts, complete: true };
  const more = await (signs ??= readFonts(signPackage, [signFile]).then(([font]) => font!))
    .catch(() => signs = undefined);
  if (more === undefined || !missing.some((letter) => more.has(letter))) {
    return { fonts, complete: false };
  }
  return { fonts: [...fonts, more], complete: missing.every((letter) => more.has(letter)) };
}

/** The letters beyond ASCII that an SVG picture writes. */
function lettersOf(svg: string): number[] {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(svg)) return [];
  const written = new Set(svg.replace(/<[^>]*>/g, ""));
  return [...written].map((letter) => letter.codePointAt(0)!)
    // Those that only steer how others are written (of joining, of direction) have no shape.
    .filter((letter) => letter > 0x7f && !/\p{Cf}|\p{Mn}/u.test(String.fromCodePoint(letter)));
}

async function readFonts(specifier: string, files: readonly string[]): Promise<FontFile[]> {
  // Importing its package.json makes Deno fetch the whole package, fonts included.
  await loadPackage(`${specifier}/package.json`, "Pictures as PNG", { with: { type: "json" } });
  const read = await Promise.all(
    files.map((file) => packageFile(specifier, file, "pictures as PNG")),
  );
  return read.map((bytes) => ({ bytes, has: lettersIn(bytes) }));
}

/**
 * Which letters a font has, by the ranges of its table "cmap" (format 12, or 4 where there is none).
 *
 * Source: https://learn.microsoft.com/typography/opentype/spec/cmap
 */
export function lettersIn(font: Uint8Array): (letter: number) => boolean {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = Array.from({ length: view.getUint16(4) }, (_, i) => 12 + 16 * i);
  const entry = tables.find((at) => view.getUint32(at) === 0x636d6170); // "cmap"
  if (entry === undefined) return () => false;
  const start = view.getUint32(entry + 8);
  const maps = Array.from(
    { length: view.getUint16(start + 2) },
    (_, i) => start + view.getUint32(start + 8 + 8 * i),
  );
  const ranges: [first: number, last: number][] = [];
  const long = maps.find((at) => view.getUint16(at) === 12);
  const short = maps.find((at) => view.getUint16(at) === 4);
  if (long !== undefined) {
    for (let i = 0; i < view.getUint32(long + 12); i++) {
      const at = long + 16 + 12 * i;
      ranges.push([view.getUint32(at), view.getUint32(at + 4)]);
    }
  } else if (short !== undefined) {
    const twice = view.getUint16(short + 6);
    for (let i = 0; i < twice; i += 2) {
      ranges.push([view.getUint16(short + 16 + twice + i), view.getUint16(short + 14 + i)]);
    }
  }
  return (letter) => ranges.some(([first, last]) => letter >= first && letter <= last);
}
