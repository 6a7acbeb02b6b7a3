/** Numbers of a column as texts: four digits that say something, and the same places after the point. */
export function formatColumn(numbers: readonly number[]): string[] {
  const places = Math.max(0, ...numbers.filter(Number.isFinite).map(placesOf));
  // Where one number has separators, all do: 5,504 above 11,008.
  const separated = numbers.some((number) => Number.isFinite(number) && Math.abs(number) >= 10000);
  return numbers.map((number) => formatNumber(number, places, separated));
}

/** Digits that a number needs after its point: four that say something, at most four. */
function placesOf(number: number): number {
  if (Number.isInteger(number)) return 0;
  // Without the zeros at the end, and without the noise of f32.
  const digits = String(Number(number.toPrecision(4)));
  return digits.includes("e") ? 0 : Math.min(4, digits.split(".")[1]?.length ?? 0);
}

function formatNumber(number: number, places: number, separated: boolean): string {
  const size = Math.abs(number);
  if (!Number.isFinite(number)) return String(number);
  if (number === 0) return places > 0 ? number.toFixed(places) : "0";
  // Whole numbers are counts, of which every digit may matter.
  const isCount = places === 0 && Number.isSafeInteger(number);
  if (!isCount && (size >= 1e9 || size < 10 ** -places / 2 || size < 1e-4)) {
    return number.toExponential(2);
  }
  if (!separated || places > 0) return number.toFixed(places);
  return number.toLocaleString("en", { maximumFractionDigits: 0 });
}

/** A colour `#rrggbb` mixed with white, of which it is a share. */
export function tint(color: string, share: number): string {
  const mix = (channel: number) => Math.round(255 + share * (channel - 255));
  const parts = [1, 3, 5].map((at) => mix(parseInt(color.slice(at, at + 2), 16)));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Where a number stands on a scale, as a light colour that black text can be read on. */
export function heatColor(value: number, low: number, high: number): string {
  const blue = "#6baed6", red = "#f48468";
  // Numbers of both signs are told apart by colour, with white for zero.
  if (low < 0 && high > 0) {
    return tint(value < 0 ? red : blue, Math.abs(value) / Math.max(-low, high));
  }
  return tint(blue, high > low ? (value - low) / (high - low) : 0);
}
