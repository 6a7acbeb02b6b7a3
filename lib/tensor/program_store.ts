import { compile, type CompileOptions } from "../compile/compile.ts";
import { DeviceError } from "../core/errors.ts";
import type { Device, Executable, Storage } from "../device/device.ts";
import type { Plan } from "../compile/plan.ts";
import type { Node } from "../graph/node.ts";

/** A program that is loaded, with what it binds. */
export interface LoadedProgram {
  readonly executable: Executable;
  /** Bytes of each binding; the first ones are the leaves. */
  readonly bindings: readonly number[];
  /** The binding of each root. */
  readonly outputs: readonly number[];
  /** Bytes that it holds between runs. */
  readonly bytes: number;
}

/** A program that exchanges numbers with other processes in its midst, and so takes its time. */
export interface ExchangingExecutable extends Executable {
  /** Runs it; what is bound must stay as it is until it is done. */
  start(bindings: readonly Storage[]): Promise<void>;
}

let loadExchanging: ((plan: Plan, device: Device) => ExchangingExecutable) | undefined;

/** Says how a plan with exchanges is loaded: what makes exchanges knows. */
export function loadExchangesBy(load: NonNullable<typeof loadExchanging>): void {
  loadExchanging = load;
}

/** What is kept: a program, and whatever belongs to it. */
export interface Kept {
  readonly program: LoadedProgram;
}

/** A kept program's place in the order of use. It must not hold what is kept, nor the owner. */
interface Entry {
  readonly program: LoadedProgram;
  readonly key: string;
  /** Where its owner finds it. */
  readonly shelf: WeakRef<Map<string, Shelved>>;
}

interface Shelved {
  readonly kept: Kept;
  readonly entry: Entry;
}

/** What each program counts for besides its memory: its code, on every thread. */
const codeBytes = 2 ** 22;

/**
 * The programs of a device, each kept for its next use. Together they hold as many bytes as the
 * device allows; beyond that, and where the device has no memory left for something new, those used
 * longest ago go. An owner that is collected gives its programs back.
 */
export class ProgramStore {
  readonly #device: Device;
  /** What is kept lives as long as its owner. */
  readonly #shelves = new WeakMap<object, Map<string, Shelved>>();
  /** All that is kept, the least recently used one first. */
  readonly #entries = new Set<Entry>();
  readonly #abandoned = new FinalizationRegistry<Entry>((entry) => this.#drop(entry));
  /** Programs that are about to run. */
  readonly #running = new Set<LoadedProgram>();
  #bytes = 0;

  /** An empty store for programs of a device. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** How many programs are kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** What an owner keeps under a key; `build` makes it where nothing is kept. */
  get<T extends Kept>(owner: object, key: string, build: () => T): T {
    const shelf = this.#shelves.getOrInsertComputed(owner, () => new Map());
    const found = shelf.get(key);
    if (found !== undefined) {
      this.#entries.delete(found.entry);
      this.#entries.add(found.entry);
      return found.kept as T;
    }
    const kept = build();
    const entry = { program: kept.program, key, shelf: new WeakRef(shelf) };
    shelf.set(key, { kept, entry });
    this.#entries.add(entry);
    this.#bytes += weightOf(entry.program);
    this.#abandoned.register(owner, entry, entry);
    return kept;
  }

  /** Compiles and loads a program, in place of others if need be. */
  load(
    roots: readonly Node[],
    leaves: readonly Node[],
    options: CompileOptions = {},
  ): LoadedProgram {
    const plan = compile(roots, leaves, options);
    const { bindings, outputs, slots } = plan;
    const bytes = slots.reduce((sum, slot) => sum + slot, 0);
    for (const entry of this.#entries) {
      if (this.#bytes + bytes + codeBytes <= this.#device.programBytes) break;
      this.#drop(entry);
    }
    const executable = this.#withRoom(() =>
      plan.exchanges === undefined ? this.#device.load(plan) : loadExchanging!(plan, this.#device)
    );
    return { executable, bindings, outputs, bytes };
  }

  /** New memory on the device for each number of bytes; all of it or none. */
  allocateAll(sizes: readonly number[]): Storage[] {
    const made: Storage[] = [];
    try {
      for (const bytes of sizes) made.push(this.allocate(bytes));
      return made;
    } catch (error) {
      for (const storage of made) storage.release();
      throw error;
    }
  }

  /** New memory on the device, in place of programs if need be. */
  allocate(bytes: number): Storage {
    return this.#withRoom(() => this.#device.allocate(bytes));
  }

  /**
   * Queues a run of a program, whose leaves `bind` yields, and gives the memory of its roots. The
   * program stays, whatever the memory for that has to take the place of.
   */
  run(program: LoadedProgram, bind: () => Storage[]): Storage[] {
    const made: Storage[] = [];
    this.#running.add(program);
    try {
      const storages = this.#storagesFor(program, bind, made);
      program.executable.run(storages);
      return program.outputs.map((binding) => storages[binding]!);
    } catch (error) {
      for (const storage of made) storage.release();
      throw error;
    } finally {
      this.#running.delete(program);
    }
  }

  /** The same, also for a program that exchanges numbers with other processes: in time, then. */
  start(program: LoadedProgram, bind: () => Storage[]): Storage[] | Promise<Storage[]> {
    const { executable } = program;
    return isExchanging(executable)
      ? this.#exchange(program, executable, bind)
      : this.run(program, bind);
  }

  async #exchange(
    program: LoadedProgram,
    executable: ExchangingExecutable,
    bind: () => Storage[],
  ): Promise<Storage[]> {
    const made: Storage[] = [];
    this.#running.add(program);
    try {
      const storages = this.#storagesFor(program, bind, made);
      await executable.start(storages);
      return program.outputs.map((binding) => storages[binding]!);
    } catch (error) {
      for (const storage of made) storage.release();
      throw error;
    } finally {
      this.#running.delete(program);
    }
  }

  /** What a program's bindings are for a run: what is bound, and what is `made` for its roots. */
  #storagesFor(program: LoadedProgram, bind: () => Storage[], made: Storage[]): Storage[] {
    const bound = bind();
    made.push(...this.allocateAll(program.bindings.slice(bound.length)));
    return [...bound, ...made];
  }

  /** What `make` yields; where the device has no memory left, after the programs have gone. */
  #withRoom<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof DeviceError) || this.#entries.size === 0) throw error;
      for (const entry of this.#entries) this.#drop(entry);
      return make();
    }
  }

  /** Lets go what an owner keeps. */
  release(owner: object): void {
    for (const { entry } of this.#shelves.get(owner)?.values() ?? []) this.#drop(entry);
  }

  /** Lets everything go. */
  clear(): void {
    for (const entry of this.#entries) this.#drop(entry);
  }

  #drop(entry: Entry): void {
    if (this.#running.has(entry.program) || !this.#entries.delete(entry)) return;
    entry.shelf.deref()?.delete(entry.key);
    this.#abandoned.unregister(entry);
    this.#bytes -= weightOf(entry.program);
    entry.program.executable.release();
  }
}

const isExchanging = (executable: Executable): executable is ExchangingExecutable =>
  "start" in executable;

const weightOf = ({ bytes }: LoadedProgram) => bytes + codeBytes;
