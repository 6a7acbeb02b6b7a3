/**
 * SVG pictures as PNG, drawn by resvg, which is fetched from npm when first used; so is the font.
 *
 * @module
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { loadPackage } from "../weights/package.ts";
import { indexedPng } from "./indexed_png.ts";
import { encodePng } from "./png.ts";

/** How a picture becomes pixels. */
export interface RasterOptions {
  /** Pixels per unit of the picture; 1.5 if left out, so that small text stays readable. */
  readonly scale?: number;
  /** A colour behind the picture; white if left out. */
  readonly background?: string;
}

const resvgPackage = "npm:@resvg/resvg-wasm@2.6.2";
const fontPackage = "npm:@expo-google-fonts/arimo@0.4.3";
const fontFiles = [
  "400Regular/Arimo_400Regular.ttf",
  "700Bold/Arimo_700Bold.ttf",
  "400Regular_Italic/Arimo_400Regular_Italic.ttf",
];

/** As much of the package as is used here. */
interface Resvg {
  initWasm(module: Uint8Array): Promise<void>;
  Resvg: new (svg: string, options: Record<string, unknown>) => {
    render(): { pixels: Uint8Array; width: number; height: number; free(): void };
    free(): void;
  };
}

let loading: Promise<(svg: string, options: RasterOptions) => Uint8Array<ArrayBuffer>> | undefined;

/**
 * An SVG picture as a PNG file. Text is set in Arimo, whose letters are as wide as Arial's.
 *
 * @throws {Error} if the packages cannot be loaded
 */
export async function renderPng(
  svg: string,
  options: RasterOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const failed = (error: unknown) => {
    loading = undefined; // The next picture may find a network.
    throw error;
  };
  return (await (loading ??= load().catch(failed)))(svg, options);
}

async function load(): Promise<(svg: string, options: RasterOptions) => Uint8Array<ArrayBuffer>> {
  const resvg = await loadPackage<Resvg>(resvgPackage, "pictures as PNG");
  // Importing its package.json makes Deno fetch the whole package, fonts included.
  await loadJson(`${fontPackage}/package.json`);
  const [wasm, ...fontBuffers] = await Promise.all([
    packageFile(resvgPackage, "index_bg.wasm"),
    ...fontFiles.map((file) => packageFile(fontPackage, file)),
  ]);
  // A second instance of this module shares the package, which starts but once.
  await resvg.initWasm(wasm!).catch((error) => {
    if (!/already/i.test(String(error))) throw error;
  });
  return (svg, { scale = 1.5, background = "#ffffff" }) => {
    // What browsers call pixelated has an older name here.
    const known = svg.replaceAll("image-rendering:pixelated", "image-rendering:optimizeSpeed");
    const picture = new resvg.Resvg(known, {
      background,
      fitTo: { mode: "zoom", value: scale },
      font: {
        fontBuffers,
        loadSystemFonts: false,
        defaultFontFamily: "Arimo",
        sansSerifFamily: "Arimo",
      },
    });
    const image = picture.render();
    try {
      return smallPng(image.pixels, image.width, image.height);
    } finally {
      image.free();
      picture.free();
    }
  };
}

/** The smallest of the forms: 256 colours, or without opacity where nothing is transparent. */
function smallPng(pixels: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    if (pixels[4 * i + 3] !== 255) return encodePng(pixels, width, height, 4);
    rgb[3 * i] = pixels[4 * i]!;
    rgb[3 * i + 1] = pixels[4 * i + 1]!;
    rgb[3 * i + 2] = pixels[4 * i + 2]!;
  }
  return indexedPng(rgb, width, height) ?? encodePng(rgb, width, height, 3);
}

async function loadJson(specifier: string): Promise<void> {
  try {
    await import(specifier, { with: { type: "json" } });
  } catch (error) {
    throw new Error(
      `pictures as PNG need the package ${specifier}, which cannot be loaded ` +
        `(${(error as Error).message}); it is fetched once: connect this computer to a network`,
      { cause: error },
    );
  }
}

/** A file of a package from npm, out of Deno's cache or of a project's folder node_modules. */
async function packageFile(specifier: string, file: string): Promise<Uint8Array> {
  const packageVersion = specifier.slice("npm:".length);
  const name = packageVersion.replace(/@[^@]*$/, "");
  // Deno's cache has the package by its version; a folder has it by its name, and is looked for from
  // the script, then from where the command was started.
  const places: [from: string, path: string][] = [
    ["file:///striate.js", `${packageVersion}/${file}`],
    ...[Deno.mainModule, pathToFileURL(`${Deno.cwd()}/striate.js`).href]
      .filter((from) => from.startsWith("file:"))
      .map((from): [string, string] => [from, `${name}/${file}`]),
  ];
  let reason: unknown;
  for (const [from, path] of places) {
    try {
      return await Deno.readFile(createRequire(from).resolve(path));
    } catch (error) {
      reason ??= error;
    }
  }
  throw new Error(
    `pictures as PNG need ${file} of the package ${packageVersion}, which is neither in Deno's ` +
      `cache nor in a folder node_modules (${(reason as Error).message.split("\n")[0]})`,
    { cause: reason },
  );
}
