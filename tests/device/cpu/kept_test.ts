import { assertEquals } from "@std/assert";
import type { Plan } from "../../../lib/compile/plan.ts";
import { createCpuDevice } from "../../../lib/device/cpu/cpu.ts";
import type { Storage } from "../../../lib/device/device.ts";
import { planOf } from "../../kernels/cpu/run_kernel.ts";

const f32 = (size: number) => ({ dtype: "f32", size }) as const;
const [m, n, k] = [5, 9, 70];
const matmul = { kind: "matmul", batch: 1, m, n, k, transposeA: false, transposeB: false } as const;
const product: Plan = planOf(matmul, [f32(m * k), f32(k * n)], [f32(m * n)]);
/** b of the product = the rows of another one. */
const others: Plan = planOf({ ...matmul, m: k, k: 1 }, [f32(k), f32(n)], [f32(k * n)]);

Deno.test("cpu: what is packed once is packed again when it changes, in whatever way", async () => {
  const device = await createCpuDevice({ threads: 2 });
  const multiply = device.load(product), make = device.load(others);
  const filled = (size: number, value: number) => {
    const storage = device.allocate(size * 4);
    device.write(storage, new Float32Array(size).fill(value));
    return storage;
  };
  const a = filled(m * k, 1), result = device.allocate(m * n * 4);
  /** The product with b, of which all numbers are the same. */
  const by = async (b: Storage) => {
    multiply.run([a, b, result]);
    const found = new Float32Array(await device.read(result, m * n * 4));
    assertEquals(found, new Float32Array(m * n).fill(found[0]!));
    return found[0]! / k;
  };

  const b = filled(k * n, 2);
  assertEquals([await by(b), await by(b)], [2, 2]);
  device.write(b, new Float32Array(k * n).fill(3));
  assertEquals(await by(b), 3);
  const other = filled(k * n, 4);
  assertEquals([await by(other), await by(b)], [4, 3]);
  // Another program writes it, before and after a run that is only queued.
  const column = filled(k, 5), row = filled(n, 1);
  make.run([column, row, b]);
  multiply.run([a, b, result]);
  device.write(column, new Float32Array(k).fill(6));
  make.run([column, row, b]);
  assertEquals(await by(b), 6);
  // What lies where something else lay.
  b.release();
  const again = filled(k * n, 7);
  assertEquals(await by(again), 7);
  // The other operand is never kept.
  device.write(a, new Float32Array(m * k).fill(2));
  assertEquals(await by(again), 14);
  for (const executable of [multiply, make]) executable.release();
  for (const storage of [a, other, again, column, row, result]) storage.release();
  await device.finish();
  assertEquals(device.allocatedBytes, 0);
  await device.close();
});
