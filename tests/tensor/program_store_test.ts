import { assert, assertEquals, assertThrows } from "@std/assert";
import { DeviceError } from "../../lib/core/errors.ts";
import type { Executable } from "../../lib/device/device.ts";
import { leaf } from "../../lib/graph/node.ts";
import { scale } from "../../lib/graph/ops/elementwise.ts";
import { reduceSum } from "../../lib/graph/ops/reduce.ts";
import { type LoadedProgram, ProgramStore } from "../../lib/tensor/program_store.ts";
import { ReferenceDevice } from "../device/reference_device.ts";
import { collect } from "./collect.ts";

/** A device that has room for so many programs at once, and tells how many there are. */
class Crowded extends ReferenceDevice {
  override readonly programBytes: number;
  readonly #room: number;
  live = 0;

  constructor(programBytes: number, room = Infinity) {
    super();
    this.programBytes = programBytes;
    this.#room = room;
  }

  override load(plan: Parameters<ReferenceDevice["load"]>[0]): Executable {
    if (this.live >= this.#room) throw new DeviceError("no room");
    this.live++;
    return { ...super.load(plan), release: () => this.live-- };
  }

  override allocate(bytes: number): ReturnType<ReferenceDevice["allocate"]> {
    if (bytes === 8 && this.live > 1) throw new DeviceError("no memory");
    return super.allocate(bytes);
  }
}

/** Loads a program that doubles a number. */
function load(store: ProgramStore): { program: LoadedProgram } {
  const x = leaf([1], "f32");
  return { program: store.load([reduceSum(scale(x, 2))], [x]) };
}

const code = 2 ** 22;

Deno.test("programs are kept by owner and key, those used last where they take too much", () => {
  const device = new Crowded(3 * code + 100), store = new ProgramStore(device);
  const [a, b] = [{}, {}], built: string[] = [];
  const get = (owner: object, key: string) =>
    store.get(owner, key, () => (built.push(key), load(store)));
  const first = get(a, "x");
  assertEquals(get(a, "x"), first);
  get(b, "x");
  get(a, "y");
  get(a, "x");
  assertEquals([built.splice(0), store.size, device.live], [["x", "x", "y"], 3, 3]);
  // The least recently used is b's.
  get(b, "z");
  get(a, "x");
  get(a, "y");
  assertEquals([built.splice(0), device.live], [["z"], 3]);
  get(b, "x");
  assertEquals([built.splice(0), device.live], [["x"], 3]);
  store.release(b);
  assertEquals([store.size, device.live], [2, 2]);
  store.clear();
  assertEquals([store.size, device.live], [0, 0]);
});

Deno.test("an owner that is collected gives its programs back, whatever they hold", async () => {
  const device = new Crowded(Infinity), store = new ProgramStore(device), kept = {};
  store.get(kept, "x", () => load(store));
  (() => {
    const owner = {};
    store.get(owner, "x", () => ({ ...load(store), owner }));
    store.get(owner, "y", () => load(store));
  })();
  assertEquals(device.live, 3);
  await collect();
  assertEquals([store.size, device.live], [1, 1]);
  assert(kept);
});

Deno.test("where there is no memory left the others go, but for one that is about to run", async () => {
  const device = new Crowded(Infinity, 2), store = new ProgramStore(device), owner = {};
  for (const key of ["a", "b"]) store.get(owner, key, () => load(store));
  // The device has no room for a third.
  const { program } = store.get(owner, "c", () => load(store));
  assertEquals([store.size, device.live], [1, 1]);
  store.get(owner, "d", () => load(store));
  const given = device.allocate(4);
  device.write(given, Float32Array.of(5));
  const [sum] = store.run(program, () => {
    // Memory for its input takes the other's place.
    store.allocate(8);
    assertEquals([store.size, device.live], [1, 1]);
    return [given];
  });
  assertEquals(new Float32Array(await device.read(sum!, 4)), Float32Array.of(10));
  const full = new ProgramStore(new Crowded(Infinity, 0));
  assertThrows(() => load(full), DeviceError, "no room");
});
