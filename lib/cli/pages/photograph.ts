import { encodePng } from "../../plotly_svg/mod.ts";
import { decodeImage, type DecodeOptions } from "../../vision/decode.ts";
import { resizeShorterSide } from "../../vision/resize_image.ts";

/** The shorter side of a photograph on a page, in pixels. */
const side = 224;

/** An encoded image as a PNG file for a page: photographs are made smaller. */
export async function thumbnail(
  bytes: Uint8Array<ArrayBuffer>,
  options: DecodeOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const image = await decodeImage(bytes, options);
  const small = Math.min(image.width, image.height) > side ? resizeShorterSide(image, side) : image;
  return encodePng(small.data, small.width, small.height, 3);
}
