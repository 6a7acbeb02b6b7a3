/**
 * SVG pictures as PNG, drawn by resvg, which is fetched from npm when first used; so is the font.
 *
 * @module
 */
import { loadPackage } from "../core/package.ts";
import { packageFile } from "../core/package_file.ts";
import { fontsFor } from "./fonts.ts";
import { indexedPng } from "./indexed_png.ts";
import { encodePng } from "../plotly_svg/mod.ts";

const resvgPackage = "npm:@resvg/resvg-wasm@2.6.2";

/** As much of the package as is used here. */
interface Resvg {
  initWasm(module: Uint8Array): Promise<void>;
  Resvg: new (svg: string, options: Record<string, unknown>) => {
    render(): { pixels: Uint8Array; width: number; height: number; free(): void };
    free(): void;
  };
}

let loading: Promise<Resvg> | undefined;

/**
 * An SVG picture as a PNG file, with `scale` pixels per unit, so that small text stays readable. Text
 * is set in Arimo, whose letters are as wide as Arial's, and signs of mathematics in Noto Sans Math;
 * letters of other scripts become boxes.
 *
 * @throws {Error} if the packages cannot be loaded
 */
export async function renderPng(svg: string, scale = 1.5): Promise<Uint8Array<ArrayBuffer>> {
  return (await rasterize(svg, scale)).png;
}

/**
 * The same, and whether all letters of the picture could be drawn.
 *
 * @throws {Error} if the packages cannot be loaded
 */
export async function rasterize(
  svg: string,
  scale = 1.5,
): Promise<{ png: Uint8Array<ArrayBuffer>; complete: boolean }> {
  const resvg = await (loading ??= load().catch((error) => {
    loading = undefined; // The next picture may find a network.
    throw error;
  }));
  const { fonts, complete } = await fontsFor(svg);
  // What browsers call pixelated has an older name here.
  const known = svg.replaceAll("image-rendering:pixelated", "image-rendering:optimizeSpeed");
  const picture = new resvg.Resvg(known, {
    background: "#ffffff",
    fitTo: { mode: "zoom", value: scale },
    font: {
      fontBuffers: fonts.map(({ bytes }) => bytes),
      loadSystemFonts: false,
      defaultFontFamily: "Arimo",
      sansSerifFamily: "Arimo",
    },
  });
  const image = picture.render();
  try {
    return { png: smallPng(image.pixels, image.width, image.height), complete };
  } finally {
    image.free();
    picture.free();
  }
}

async function load(): Promise<Resvg> {
  const resvg = await loadPackage<Resvg>(resvgPackage, "pictures as PNG");
  // A second instance of this module shares the package, which starts but once.
  const wasm = await packageFile(resvgPackage, "index_bg.wasm", "pictures as PNG");
  await resvg.initWasm(wasm).catch((error) => {
    if (!/already/i.test(String(error))) throw error;
  });
  return resvg;
}

/** The smaller of two forms: with 256 colours, where these are enough, or with all. */
function smallPng(pixels: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = pixels[4 * i + c]!;
  }
  return indexedPng(rgb, width, height) ?? encodePng(rgb, width, height, 3);
}
