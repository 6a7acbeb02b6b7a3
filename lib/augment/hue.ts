import { number } from "../core/option_kinds.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";

const { fround } = Math;
const shiftOption = number({ least: -0.5, most: 0.5 });
const [byte, sixth] = [fround(1 / 255), fround(1 / 6)];
const scale = fround(255.999); // so that 1 becomes 255 and each byte has as much room
const toByte = (value: number) => fround(value * scale);
const unit = (value: number) => value < 0 ? 0 : value > 1 ? 1 : value;

/**
 * An image whose hues are turned by a part of the circle, from -0.5 to 0.5: 1/3 makes red green. Byte
 * for byte as torchvision's `adjust_hue` on bytes: by way of HSV in f32. A grey image stays as it is.
 *
 * @throws {RangeError} for a part beyond half a circle
 */
export function adjustHue(image: ByteImage, shift: number): ByteImage {
  const channels = channelsOf(image, "adjustHue"), { width, height, data } = image;
  const turn = fround(shiftOption.read(shift, "adjustHue: shift"));
  if (channels === 1) return image;
  const result = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const r = fround(data[i]! * byte), g = fround(data[i + 1]! * byte);
    const b = fround(data[i + 2]! * byte);
    const most = Math.max(r, g, b), least = Math.min(r, g, b);
    const range = fround(most - least), divisor = range === 0 ? 1 : range;
    const saturation = fround(range / (range === 0 ? 1 : most));
    const rc = fround(fround(most - r) / divisor), gc = fround(fround(most - g) / divisor);
    const bc = fround(fround(most - b) / divisor);
    const sector = most === r
      ? fround(bc - gc)
      : most === g
      ? fround(fround(rc + 2) - bc)
      : fround(fround(gc + 4) - rc);
    const before = fround(fround(sector * sixth) + 1) % 1;
    let hue = fround(before + turn) % 1;
    if (hue < 0) hue = fround(hue + 1);
    const six = fround(hue * 6), whole = Math.floor(six), f = fround(six - whole);
    const sf = fround(saturation * f), pale = fround(1 - saturation);
    const v = toByte(most), p = toByte(unit(fround(pale * most)));
    const q = toByte(unit(fround(fround(1 - sf) * most)));
    const t = toByte(unit(fround(fround(sf + pale) * most)));
    const place = whole % 6;
    result[i] = place === 0 || place === 5 ? v : place === 1 ? q : place === 4 ? t : p;
    result[i + 1] = place === 1 || place === 2 ? v : place === 0 ? t : place === 3 ? q : p;
    result[i + 2] = place === 3 || place === 4 ? v : place === 2 ? t : place === 5 ? q : p;
  }
  return { width, height, data: result };
}
