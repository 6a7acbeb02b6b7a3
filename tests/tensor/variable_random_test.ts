/** Variables, tensors of them and runtimes used in random order, beside plain numbers. */
import { assertEquals } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { ProgramBuilder, type StatefulProgram } from "../../lib/nn/program.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { storagesOf } from "../../lib/tensor/evaluate.ts";
import { defaultRuntime, openRuntime, type Runtime, setDevice } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { Variable } from "../../lib/tensor/variable.ts";
import { collect } from "./collect.ts";

const size = 1500;
const filled = (x: number) => new Float32Array(size).fill(x);

/** Does `count` things at random; what is read must be what plain numbers say. */
async function use(seed: number, count: number): Promise<void> {
  const random = new Random(seed), below = (n: number) => random.integer(Math.max(1, n));
  await setDevice("cpu", { threads: 1 });
  const runtimes = [defaultRuntime(), await openRuntime("cpu", { threads: 1 })];
  let where = 0;
  const parts = [0, 1, 2].map((first) => ({
    variable: new Variable(`v${first}`, [size], "f32", () => filled(first)),
    first,
    now: first,
  }));
  const [a, b, c] = [parts[0]!, parts[1]!, parts[2]!];
  const seen: { tensor: Tensor; then: number }[] = [];
  const programs = new Map<Runtime, StatefulProgram>();

  const build = (runtime: Runtime): StatefulProgram => {
    const builder = new ProgramBuilder();
    builder.update(a.variable, builder.variable(a.variable).add(1));
    builder.update(b.variable, builder.variable(b.variable).add(builder.variable(c.variable)));
    return builder.build(runtime);
  };
  const assign = (part: typeof a, x: number) => {
    part.variable.assign(filled(x));
    part.now = x;
  };
  const move = async () => {
    for (const { variable } of parts) await variable.to(runtimes[where]!);
  };
  const step = async () => {
    await move();
    const runtime = runtimes[where]!, program = programs.get(runtime) ?? build(runtime);
    programs.set(runtime, program);
    program.run([]);
    a.now += 1;
    b.now += c.now;
  };
  const rarely = [
    collect,
    () => where = 1 - where,
    async () => {
      await runtimes[1]!.close();
      runtimes[1] = await openRuntime("cpu", { threads: 1 });
    },
    async () => {
      await setDevice("cpu", { threads: 1 });
      runtimes[0] = defaultRuntime();
    },
    async () => {
      if (seen.length === 0) return;
      const { tensor, then } = seen[below(seen.length)]!, runtime = runtimes[where]!;
      const [storage] = await storagesOf([tensor.to(runtime)], runtime);
      assertEquals(new Float32Array(await runtime.device.read(storage!, 4))[0], then);
    },
  ];
  const often: ((part: typeof a) => unknown)[] = [
    step,
    step,
    step,
    (part) => seen.push({ tensor: part.variable.tensor(), then: part.now }),
    (part) => seen.push({ tensor: part.variable.tensor().mul(2), then: 2 * part.now }),
    (part) => assign(part, below(50)),
    (part) => {
      part.variable.set(part.variable.tensor().add(1));
      part.now += 1;
    },
    async (part) => {
      await move();
      part.variable.set(c.variable.tensor());
      part.now = c.now;
    },
    (part) => {
      const given = tensor(filled(5));
      part.variable.set(given);
      part.now = 5;
      seen.push({ tensor: given, then: 5 });
    },
    (part) => {
      part.variable.release();
      part.now = part.first;
    },
    async () => {
      for (const { tensor, then } of seen.splice(below(seen.length), 1)) {
        assertEquals((await tensor.data())[below(size)], then);
      }
    },
    async ({ variable, now }) => assertEquals((await variable.read())[below(size)], now),
    async () => void (below(8) === 0 && await rarely[below(rarely.length)]!()),
  ];

  for (let i = 0; i < count; i++) {
    for (const part of parts) if (part.now > 1e4) assign(part, 3);
    await often[below(often.length)]!(parts[below(3)]!);
  }
  for (const { tensor, then } of seen) assertEquals((await tensor.data())[7], then);
  for (const { variable, now } of parts) assertEquals((await variable.read())[7], now);
  await runtimes[1]!.close();
}

for (const seed of [1, 2, 3]) {
  Deno.test({
    name: `whoever reads a variable sees its numbers of then, wherever it moves (${seed})`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => use(seed, 800),
  });
}
