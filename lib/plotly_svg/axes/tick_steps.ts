/**
 * Where the ticks of an axis stand and what they say, as Plotly has it.
 *
 * @module
 */

/** A tick: its place on the axis (a power of ten on a logarithmic one) and its text. */
export interface Tick {
  readonly at: number;
  readonly text: string;
  /** Whether the text is small: a digit between two powers of ten. */
  readonly minor?: boolean;
}

const prefixes: Readonly<Record<number, string>> = {
  [-15]: "f",
  [-12]: "p",
  [-9]: "n",
  [-6]: "μ",
  [-3]: "m",
  3: "k",
  6: "M",
  9: "B",
  12: "T",
};

/** A step of 1, 2 or 5 times a power of ten, above a rough one. */
export function niceStep(rough: number): number {
  const base = 10 ** Math.floor(Math.log10(rough));
  const part = rough / base;
  const step = [1, 2, 5].find((nice) => nice > part) ?? 10;
  return Number((step * base).toPrecision(12));
}

/** How powers of ten are written: with a letter ("10k") or out ("10⁴"), Plotly's `exponentformat`. */
export type ExponentFormat = "letter" | "power";

/** The power of ten that all labels share; 0 for none. */
function sharedExponent(largest: number, format: ExponentFormat): number {
  if (largest === 0) return 0;
  const exponent = Math.floor(Math.log10(largest) + 0.01);
  if (Math.abs(exponent) <= 3) return 0;
  if (format === "power") return exponent;
  const shared = 3 * Math.round((exponent - 1) / 3);
  return prefixes[shared] === undefined ? exponent : shared;
}

/** A number with a fixed number of decimals at most, a power of ten taken out. */
export function formatNumber(
  value: number,
  decimals: number,
  exponent: number,
  format: ExponentFormat = "letter",
): string {
  const scaled = Math.abs(value) / 10 ** exponent;
  let text = scaled.toFixed(Math.min(20, Math.max(0, decimals + exponent)));
  if (text.includes(".")) text = text.replace(/\.?0+$/, "");
  if (Number(text) === 0) return "0";
  const [whole, part] = text.split(".");
  // Years have four digits and no comma.
  const grouped = whole!.length > 4 || part !== undefined && whole!.length > 3
    ? whole!.replace(/\B(?=(\d{3})+$)/g, ",")
    : whole!;
  const sign = value < 0 ? "\u2212" : "";
  const letter = format === "letter" ? prefixes[exponent] : undefined;
  const tail = exponent === 0 ? "" : letter ?? `×${powerOfTen(exponent)}`;
  return sign + grouped + (part === undefined ? "" : `.${part}`) + tail;
}

const powerOfTen = (exponent: number) =>
  `10<sup>${exponent < 0 ? "\u2212" : ""}${Math.abs(exponent)}</sup>`;

/** Decimals that tell steps apart: 1 for 0.2, 0 for 5, -1 for 10. */
function decimalsOf(step: number): number {
  return -Math.floor(Math.log10(step) + 0.01);
}

/** Ticks from one end to the other, in steps that fit about `count` of them. */
export function linearTicks(
  [from, to]: readonly [number, number],
  count: number,
  step = niceStep(Math.abs(to - from) / count),
  first = 0,
  format: ExponentFormat = "letter",
): Tick[] {
  const low = Math.min(from, to), high = Math.max(from, to);
  if (!(high > low) || !(step > 0)) return [];
  const exponent = sharedExponent(Math.max(Math.abs(low), Math.abs(high)), format);
  const decimals = decimalsOf(step);
  const exact = Number((step * 10 ** decimals).toFixed(6)) % 1 === 0 ? decimals : decimals + 3;
  // A range that ends just before a round number still has its tick.
  const slack = 1e-4 * (high - low), ticks: Tick[] = [];
  for (let i = Math.ceil((low - slack - first) / step); first + i * step <= high + slack; i++) {
    const at = Number((first + i * step).toPrecision(12));
    ticks.push({ at, text: formatNumber(at, exact, exponent, format) });
    if (ticks.length > 1000) break;
  }
  return ticks;
}

/**
 * Ticks of a logarithmic axis, whose ends are powers of ten. `step` is Plotly's `dtick`: powers of
 * ten from tick to tick, or "D1" for all digits between and "D2" for 2 and 5.
 */
export function logTicks(
  [from, to]: readonly [number, number],
  count: number,
  format: ExponentFormat = "letter",
  step?: number | "D1" | "D2",
): Tick[] {
  const low = Math.min(from, to), high = Math.max(from, to);
  const rough = (high - low) / count;
  if (!(rough > 0)) return [];
  if (typeof step === "number" || step === undefined && rough > 0.7) {
    const wide = step ?? Math.ceil(rough), ticks: Tick[] = [];
    for (let at = wide * Math.ceil(low / wide - 1e-9) + 0; at <= high + 1e-9; at += wide) {
      ticks.push({ at, text: powerText(at, format) });
      if (ticks.length > 1000) break;
    }
    return ticks;
  }
  if (step === undefined && high - low < 1) {
    // Less than a power of ten: round numbers, which lie ever closer.
    const step = niceStep((10 ** high - 10 ** low) / (1.5 * count));
    return linearTicks([10 ** low, 10 ** high], count, step, 0, format)
      .map(({ at, text }) => ({ at: Math.log10(at), text }));
  }
  const few = step === undefined ? rough > 0.3 : step === "D2";
  const digits = few ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks: Tick[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const digit of digits) {
      const at = power + Math.log10(digit);
      if (at < low - 1e-9 || at > high + 1e-9) continue;
      ticks.push(
        digit === 1
          ? { at, text: powerText(power, format) }
          : { at, text: String(digit), minor: true },
      );
    }
  }
  return ticks;
}

/** A whole power of ten as a label: 100, 10k and 1μ, or 10², 10⁴ and 10⁻⁶. */
function powerText(power: number, format: ExponentFormat): string {
  if (format === "power" && Number.isInteger(power)) {
    return power === 0 ? "1" : power === 1 ? "10" : powerOfTen(power);
  }
  return formatNumber(10 ** power, -power, sharedExponent(10 ** power, format), format);
}
