import { assert, assertEquals } from "@std/assert";
import { elementwise, masks } from "../../../../kernels/cpu/elementwise/elementwise.ts";
import type { Step } from "../../../../lib/graph/kernel.ts";
import { opTable } from "../../../../lib/graph/table.ts";
import { runKernel } from "../run_kernel.ts";
import { normals } from "../reference.ts";

function compute(op: string, ...operands: Float32Array<ArrayBuffer>[]): Float32Array {
  const size = operands[0]!.length;
  const steps: Step[] = operands.map((_, input) => ({
    kind: "load",
    input,
    view: { offset: 0, strides: [1] },
    dtype: "f32",
  }));
  const list = operands.map((_, index) => index);
  steps.push({ kind: "apply", op, operands: list, attributes: {}, dtype: "f32" });
  const stores = [{ step: operands.length, dtype: "f32" as const }];
  const kernel = { kind: "map", shape: [size], expression: { steps, stores } } as const;
  return runKernel(kernel, operands, [{ dtype: "f32", size }])[0] as Float32Array;
}

/** The distance between neighbouring f32 at a number. */
function unit(value: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(Math.fround(value))));
  return 2 ** (Math.max(-126, exponent) - 23);
}

/** Whether two results agree: within `units` of the last place, or both too small to matter. */
function agrees(found: number, exact: number, units: number): boolean {
  const expected = Math.fround(exact);
  if (Object.is(found, expected) || found === expected) return true;
  if (Math.abs(exact) < 1.8e-38) return Math.abs(found) < 1.8e-38;
  return Math.abs(found - exact) <= units * unit(exact);
}

/** The error function by its series, or by its continued fraction. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    let sum = a, term = a;
    for (let n = 1; n < 100; n++) {
      term *= -a * a / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(x) * sum * 2 / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

const functions: Readonly<Record<string, [(x: number) => number, number, number]>> = {
  exp: [Math.exp, -87, 89],
  log: [Math.log, 1e-30, 10],
  tanh: [Math.tanh, -10, 10],
  logistic: [(x) => 1 / (1 + Math.exp(-x)), -80, 80],
  sin: [Math.sin, -100, 100],
  cos: [Math.cos, -1000, 1000],
  erf: [erf, -5, 5],
  sqrt: [Math.sqrt, 0, 100],
  rsqrt: [(x) => 1 / Math.sqrt(x), 0.01, 100],
  relu: [(x) => Math.max(x, 0), -2, 2],
  negate: [(x) => -x, -2, 2],
  abs: [Math.abs, -2, 2],
  sign: [Math.sign, -2, 2],
  floor: [Math.floor, -4, 4],
  ceil: [Math.ceil, -4, 4],
};

const special = [0, -0, 1, -1, 0.5, -0.5, 1e-30, -1e-30, 88.72, 88.73, 100, -104, 1e5];

Deno.test("cpu mathematics: within 5 units in the last place", () => {
  for (const [op, [exact, from, to]] of Object.entries(functions)) {
    const count = 10007;
    const x = Float32Array.from(
      { length: count },
      (_, i) => from + (to - from) * i / (count - 1),
    );
    compute(op, x).forEach((found, i) => {
      assert(agrees(found, exact(x[i]!), 5), `${op}(${x[i]}) = ${found}, not ${exact(x[i]!)}`);
    });
    const values = Float32Array.from([...special, Infinity, NaN]);
    compute(op, values).forEach((found, i) => {
      const expected = exact(values[i]!);
      assert(agrees(found, expected, 5), `${op}(${values[i]}) = ${found}, not ${expected}`);
    });
  }
  const one = compute("tanh", Float32Array.of(20, -20, Infinity, 8.5));
  assert(one.every((value) => Math.abs(value) <= 1), "tanh stays within 1");
});

Deno.test("cpu mathematics: power, with every special case", () => {
  const values = [0, 1, -1, 2, -2, 3, 0.5, -0.5, Infinity, -Infinity, NaN, 1e30, 1e-30, -7, 100.5];
  const a = values.flatMap((x) => values.map(() => x)), b = values.flatMap(() => values);
  const more = normals(1, 20000);
  const base = Float32Array.from([...a, ...more.map(Math.abs)]);
  const exponent = Float32Array.from([...b, ...more.map((x) => x * 7).toReversed()]);
  compute("power", base, exponent).forEach((found, i) => {
    const expected = Math.pow(base[i]!, exponent[i]!);
    assert(agrees(found, expected, 3), `${base[i]} ^ ${exponent[i]} = ${found}, not ${expected}`);
  });
});

Deno.test("cpu mathematics: round to even; maximum and minimum of NaN", () => {
  const halves = Float32Array.of(0.5, 1.5, 2.5, -0.5, -1.5, 3.2);
  assertEquals([...compute("round", halves)], [0, 2, 2, -0, -2, 3]);
  const a = Float32Array.of(NaN, 1, 2), b = Float32Array.of(1, NaN, 3);
  assertEquals([...compute("maximum", a, b)], [NaN, NaN, 3]);
  assertEquals([...compute("minimum", a, b)], [NaN, NaN, 2]);
});

Deno.test("cpu mathematics: every element-wise row of the op table", () => {
  const names = [...opTable.values()]
    .filter(({ kind, step }) => kind === "elementwise" && step === undefined)
    .map(({ name }) => name);
  assert(names.length > 20);
  for (const name of names) assert(name in elementwise || name in masks, name);
});
