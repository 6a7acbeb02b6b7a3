/**
 * Numbers in the forms that `tickformat` and `texttemplate` name, such as ".2f" and ".0%".
 *
 * @module
 */
import { formatNumber } from "./tick_steps.ts";

const minus = (text: string) => text.replace(/^-/, "\u2212");

/** A number in d3's format: an optional comma, digits, and one of f, e, g, d, s, %. */
export function formatWith(spec: string, value: number): string {
  const [, sign, comma, digits, trim, kind] = /^([+ ]?)(,?)(?:\.(\d+))?(~?)([a-z%]?)$/.exec(spec) ??
    [];
  if (kind === undefined) return String(value);
  const places = digits === undefined ? 6 : Number(digits);
  let text: string;
  if (kind === "%") text = `${(100 * value).toFixed(digits === undefined ? 6 : places)}`;
  else if (kind === "f") text = value.toFixed(places);
  else if (kind === "e") text = value.toExponential(places).replace("e+", "e");
  else if (kind === "d") text = Math.round(value).toString();
  else if (kind === "s") text = siText(value, digits === undefined ? 6 : places);
  else text = String(Number(value.toPrecision(Math.max(1, digits === undefined ? 12 : places))));
  if (trim === "~" && text.includes(".")) text = text.replace(/\.?0+(?=\D|$)/, "");
  if (comma === ",") {
    text = text.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
  }
  if (kind === "%") text += "%";
  return minus((sign === "+" && value >= 0 ? "+" : "") + text);
}

/** A number with a letter for its power of thousand: 1.50M. */
function siText(value: number, digits: number): string {
  if (value === 0) return (0).toFixed(Math.max(0, digits - 1));
  const power = Math.max(-5, Math.min(4, Math.floor(Math.log10(Math.abs(value)) / 3 + 1e-12)));
  const scaled = value / 1000 ** power;
  const whole = Math.floor(Math.log10(Math.abs(scaled)) + 1e-12) + 1;
  return scaled.toFixed(Math.max(0, digits - whole)) +
    ["f", "p", "n", "μ", "m", "", "k", "M", "G", "T"][power + 5];
}

/** A template such as "%{text}" or "%{z:.2f}" with its values put in. */
export function fillTemplate(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/%\{([^}:]+)(?::([^}]*))?\}/g, (_, name: string, spec?: string) => {
    const value = values[name];
    if (value === undefined || value === null) return "";
    if (typeof value !== "number") return String(value);
    return spec === undefined ? plainNumber(value) : formatWith(spec, value);
  });
}

/** A number as a label has it when no format is given. */
export function plainNumber(value: number): string {
  return Number.isFinite(value) ? formatNumber(Number(value.toPrecision(7)), 12, 0) : "";
}
