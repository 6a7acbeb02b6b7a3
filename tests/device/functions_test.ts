import { assert } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import type { Device } from "../../lib/device/device.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import { cos, methods, power, sin } from "../../lib/graph/ops/elementwise.ts";
import { elu, mish, silu, softplus } from "../../lib/tensor/functions/activation.ts";
import { onNodes } from "../nodes.ts";
import { evaluate } from "../reference.ts";
import { runOn } from "./compare.ts";
import { testOnDevices } from "./devices.ts";

/** The smallest f32 with all its digits; smaller ones may be 0 on any device. */
const smallest = 2 ** -126;

/** f32 of every exponent and both signs, more between -110 and 110, and those that are no numbers. */
function everywhere(): Float32Array {
  const random = new Random(5, 6);
  const bits = Uint32Array.from({ length: 2 * 255 * 12 }, (_, i) => {
    const sign = i % 2, exponent = (i >> 1) % 255;
    return ((sign << 31) | (exponent << 23) | random.integer(1 << 23)) >>> 0;
  });
  const near = Array.from({ length: 3000 }, () => random.uniform(-110, 110));
  return Float32Array.of(
    ...new Float32Array(bits.buffer),
    ...near,
    0,
    -0,
    Infinity,
    -Infinity,
    NaN,
  );
}

/** A function of one or two numbers on a device, and in f64. */
async function both(
  device: Device,
  f: (...nodes: Node[]) => Node,
  operands: readonly ArrayLike<number>[],
): Promise<[found: ArrayLike<number>, expected: ArrayLike<number>]> {
  const leaves = operands.map(({ length }) => leaf([length], "f32"));
  const data = new Map(leaves.map((node, i) => [node, operands[i]!]));
  const roots = [f(...leaves)];
  return [(await runOn(device, { roots, leaves, data }))[0]!, evaluate(roots, data)[0]!];
}

/** Checks each number: to a part of what is expected, or to `absolute`. */
function check(
  name: string,
  operands: readonly ArrayLike<number>[],
  found: ArrayLike<number>,
  expected: (index: number) => number,
  tolerance: number,
  absolute: number,
): void {
  for (let i = 0; i < found.length; i++) {
    const a = found[i]!, b = expected(i);
    if (Object.is(a, b) || a === Math.fround(b)) continue;
    const place = `${name}(${operands.map((operand) => operand[i]).join(", ")})`;
    assert(Math.abs(a - b) <= tolerance * Math.abs(b) + absolute, `${place} is ${a}, not ${b}`);
  }
}

const isSmall = (x: number) => x !== 0 && Math.abs(x) < smallest;

testOnDevices("functions of numbers of every size", async (device) => {
  const all = everywhere();
  // A GPU may read numbers that are too small as 0.
  const xs = device.kind === "cpu" ? all : all.filter((x) => !isSmall(x));
  for (const [name, f] of Object.entries(methods)) {
    const [found, expected] = await both(device, f, [xs]);
    // Near its zeros, what drivers have is right to a part of 1 and not of the result.
    const isNearZero = device.kind !== "cpu" && ["sin", "cos", "log"].includes(name);
    const absolute = isNearZero ? 1.5e-7 : smallest;
    const tolerance = device.kind !== "cpu" && ["exp", "sigmoid"].includes(name) ? 2e-5 : 5e-7;
    check(name, [xs], found, (i) => expected[i]!, tolerance, absolute);
  }
  const random = new Random(7, 8), whole = [2, -1, 0.5, -0.5, 3, 0, 1, -2, 0.75, 10];
  const exponents = Float32Array.from(
    xs,
    (_, i) => i % 2 === 0 ? random.uniform(-3, 3) : whole[random.integer(whole.length)]!,
  );
  const [found, expected] = await both(device, power, [xs, exponents]);
  const tolerance = device.kind === "cpu" ? 5e-7 : 1e-4;
  check("power", [xs, exponents], found, (i) => expected[i]!, tolerance, smallest);
});

testOnDevices("sines of large angles near multiples of a quarter turn", async (device) => {
  // Each is an f32, and the sine or cosine nearly 0 or nearly 1. Values: 200 digits of pi.
  const angles = [16367173 * 2 ** 72, 5e9, 1e10, 2 ** 31, 3e38, -7.5e20, 710, 1048576.5];
  const [sines, expectedSines] = await both(device, sin, [angles.map(Math.fround)]);
  check("sin", [angles], sines, (i) => expectedSines[i]!, 3e-7, device.kind === "cpu" ? 0 : 1e-7);
  const [cosines, expectedCosines] = await both(device, cos, [angles.map(Math.fround)]);
  check(
    "cos",
    [angles],
    cosines,
    (i) => expectedCosines[i]!,
    3e-7,
    device.kind === "cpu" ? 0 : 1e-7,
  );
});

testOnDevices("activations of numbers of every size", async (device) => {
  const xs = everywhere().filter(Number.isFinite).filter((x) => !isSmall(x));
  const logistic = (x: number) => x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
  const positive = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const functions = {
    softplus: [softplus, positive],
    elu: [elu, (x: number) => x > 0 ? x : Math.expm1(x)],
    silu: [silu, (x: number) => x * logistic(x)],
    mish: [mish, (x: number) => x * Math.tanh(positive(x))],
  } as const;
  for (const [name, [f, exact]] of Object.entries(functions)) {
    const [found] = await both(device, onNodes((x) => f(x!)), [xs]);
    // e^-x is 0 from -87 on, and it is multiplied by x.
    const absolute = 128 * smallest;
    check(name, [xs], found, (i) => exact(xs[i]!), device.kind === "cpu" ? 1e-6 : 2e-5, absolute);
  }
});
