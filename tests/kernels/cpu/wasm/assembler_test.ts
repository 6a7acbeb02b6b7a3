import { assertEquals } from "@std/assert";
import { ModuleBuilder } from "../../../../kernels/cpu/wasm/assembler.ts";
import { signed, unsigned } from "../../../../kernels/cpu/wasm/encoding.ts";
import {
  call,
  f32x4,
  i32,
  i32x4,
  shuffle,
  v128,
} from "../../../../kernels/cpu/wasm/instructions.ts";

const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });

function instantiate(module: ModuleBuilder): Record<string, (...values: number[]) => number> {
  const compiled = new WebAssembly.Module(module.encode());
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as unknown as Record<string, (...values: number[]) => number>;
}

Deno.test("assembler: LEB128", () => {
  assertEquals(unsigned(0), [0]);
  assertEquals(unsigned(624485), [0xe5, 0x8e, 0x26]);
  assertEquals(unsigned(2 ** 32 - 1), [0xff, 0xff, 0xff, 0xff, 0x0f]);
  assertEquals(signed(-123456), [0xc0, 0xbb, 0x78]);
  assertEquals(signed(64), [0xc0, 0]);
  assertEquals(signed(-1), [0x7f]);
});

Deno.test("assembler: loops, conditions, calls", () => {
  const module = new ModuleBuilder();
  const write = module.function(["i32"], (f, value) => f.do(i32.store(64, value)));
  const triangle = module.function(["i32"], (f, n) => {
    const sum = f.local(i32.constant(0));
    f.count(0, n, 1, (i) => f.if(i32.ne(i, 3), () => f.set(sum, i32.add(sum, i))));
    f.do(call(write, sum));
    return i32.load(64);
  });
  const address = module.function(["i32"], (f, n) => {
    const steps = f.local(i32.constant(0));
    f.count(0x7ffffff0, n, 16, () => f.increase(steps, 1));
    return steps;
  });
  module.export(triangle);
  module.export(address);
  const { f1, f2 } = instantiate(module);
  assertEquals([f1!(0), f1!(1), f1!(6)], [0, 0, 12]);
  assertEquals(f2!(0x80000010 | 0), 2, "addresses above 2 GiB compare as unsigned");
});

Deno.test("assembler: vectors, constants, lanes, negative offsets", () => {
  const module = new ModuleBuilder();
  module.export(module.function(["i32"], (f, at) => {
    const x = f.local(v128.load(at, -16));
    f.do(v128.store(at, f32x4.madd(x, 2, v128.load32Splat(at, -16))));
    f.do(v128.store(at, shuffle(x, i32x4.constant([7, 8, 9, 10]), [3, 0, 5, 4]), 16));
    f.do(v128.store32Lane(at, x, 2, 32));
    f.do(v128.store(at, v128.load32Lane(at, x, 1, -16), 48));
  }));
  const floats = new Float32Array(memory.buffer), integers = new Int32Array(memory.buffer);
  floats.set([1, 2, 3, 4], 16);
  instantiate(module).f0!(80);
  assertEquals([...floats.slice(20, 24)], [3, 5, 7, 9]);
  assertEquals([...floats.slice(24, 26), ...integers.slice(26, 28)], [4, 1, 8, 7]);
  assertEquals(floats[28], 3);
  assertEquals([...floats.slice(32, 36)], [1, 1, 3, 4]);
});

Deno.test("assembler: variables of an ended scope are used again", () => {
  const module = new ModuleBuilder();
  module.export(module.function([], (f) => {
    const first = f.scope(() => f.local(i32.constant(1)).index);
    const second = f.scope(() => f.local(i32.constant(2)).index);
    return i32.constant(first === second ? 1 : 0);
  }));
  assertEquals(instantiate(module).f0!(), 1);
});
