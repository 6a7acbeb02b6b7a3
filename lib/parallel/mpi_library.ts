/**
 * Open MPI's library by Deno's foreign function interface, as much of it as is used here.
 *
 * Its plugins look for its symbols, so it is first loaded for all to see, through the C library;
 * `Deno.dlopen` would load it for itself alone. Its constants are addresses of symbols.
 *
 * Source: MPI: A Message-Passing Interface Standard, version 3.1, 2015.
 *
 * @module
 */
import { MpiError } from "./mpi_error.ts";

/** The library of Open MPI 2 to 5, as Linux knows it. */
const usualName = "libmpi.so.40";

/** Loads at once, for all to see. */
const nowAndGlobal = 0x102;

/** What `prctl` knows as PR_SET_TIMERSLACK. */
const setTimerSlack = 29;

/** Runs its functions from any thread. */
const threadsMultiple = 3;

const pointer = "pointer", buffer = "buffer", i32 = "i32";

const functions = {
  MPI_Init_thread: { parameters: [pointer, pointer, i32, buffer], result: i32 },
  MPI_Finalize: { parameters: [], result: i32 },
  MPI_Abort: { parameters: [pointer, i32], result: i32 },
  MPI_Comm_rank: { parameters: [pointer, buffer], result: i32 },
  MPI_Comm_size: { parameters: [pointer, buffer], result: i32 },
  MPI_Comm_dup: { parameters: [pointer, buffer], result: i32 },
  MPI_Comm_set_errhandler: { parameters: [pointer, pointer], result: i32 },
  MPI_Error_string: { parameters: [i32, buffer, buffer], result: i32 },
  MPI_Get_library_version: { parameters: [buffer, buffer], result: i32 },
  /** In place: the first argument is the constant 1. */
  MPI_Iallreduce: {
    parameters: ["usize", buffer, i32, pointer, pointer, pointer, buffer],
    result: i32,
  },
  MPI_Iallgather: {
    parameters: [buffer, i32, pointer, buffer, i32, pointer, pointer, buffer],
    result: i32,
  },
  MPI_Ialltoall: {
    parameters: [buffer, i32, pointer, buffer, i32, pointer, pointer, buffer],
    result: i32,
  },
  MPI_Isend: { parameters: [buffer, i32, pointer, i32, i32, pointer, buffer], result: i32 },
  MPI_Irecv: { parameters: [buffer, i32, pointer, i32, i32, pointer, buffer], result: i32 },
  MPI_Test: { parameters: [buffer, buffer, pointer], result: i32 },
} as const satisfies Deno.ForeignLibraryInterface;

type Functions = Deno.DynamicLibrary<typeof functions>["symbols"];

/** The library, after its start. */
export interface MpiLibrary {
  readonly call: Functions;
  /** Constants by the names of their symbols. */
  readonly world: Deno.PointerValue;
  readonly float: Deno.PointerValue;
  readonly byte: Deno.PointerValue;
  readonly sum: Deno.PointerValue;
  /** "Open MPI v4.1.4, …" */
  readonly version: string;
  readonly rank: number;
  readonly size: number;
  /** A further communicator of all processes, whose exchanges have an order of their own. */
  duplicate(): Deno.PointerValue;
  /** Lets another thread that waits for this core have it. */
  yieldCore(): void;
  /** Throws what a function's result says, unless that is that all went well. */
  check(result: number, what: string): void;
}

/** What to do where there is no library. */
const advice = "on Debian or Ubuntu: sudo apt-get install -y openmpi-bin libopenmpi3";

const text = (value: string) => new TextEncoder().encode(`${value}\0`);

/**
 * Loads the library and starts it: this process then belongs to those that mpirun started with it.
 *
 * @throws {MpiError} if there is none, or another than Open MPI's
 */
export function openMpi(fileName = usualName): MpiLibrary {
  const { global, libc } = loadForAll(fileName);
  // Short sleeps are as short as they are asked for; otherwise they take 50 µs more.
  libc.prctl(setTimerSlack, 1n, 0n, 0n, 0n);
  const { symbols: call } = Deno.dlopen(fileName, functions);
  const version = wordsOf((words, length) => call.MPI_Get_library_version(words, length));
  if (!version.startsWith("Open MPI")) {
    throw new MpiError(`expected Open MPI's library, found ${version}; ${advice}`);
  }
  const check = (result: number, what: string) => {
    if (result === 0) return;
    const said = wordsOf((words, length) => call.MPI_Error_string(result, words, length));
    throw new MpiError(`${what} failed: ${said}`);
  };
  const number = (ask: (into: Int32Array<ArrayBuffer>) => number, what: string) => {
    const found = new Int32Array(1);
    check(ask(found), what);
    return found[0]!;
  };
  const init = (into: Int32Array<ArrayBuffer>) =>
    call.MPI_Init_thread(null, null, threadsMultiple, into);
  number(init, "MPI_Init_thread");
  const world = global("ompi_mpi_comm_world");
  // Errors come back and are thrown; otherwise the library would end the process by itself.
  check(call.MPI_Comm_set_errhandler(world, global("ompi_mpi_errors_return")), "MPI's start");
  return {
    call,
    world,
    float: global("ompi_mpi_float"),
    byte: global("ompi_mpi_byte"),
    sum: global("ompi_mpi_op_sum"),
    version: version.split(",")[0]!,
    rank: number((into) => call.MPI_Comm_rank(world, into), "MPI_Comm_rank"),
    size: number((into) => call.MPI_Comm_size(world, into), "MPI_Comm_size"),
    duplicate() {
      const made = new BigUint64Array(1);
      check(call.MPI_Comm_dup(world, made), "MPI_Comm_dup");
      return Deno.UnsafePointer.create(made[0]!);
    },
    yieldCore: () => void libc.sched_yield(),
    check,
  };
}

/** What is called of the C library. */
const libcFunctions = {
  dlopen: { parameters: [buffer, i32], result: pointer },
  dlsym: { parameters: [pointer, buffer], result: pointer },
  prctl: { parameters: [i32, "usize", "usize", "usize", "usize"], result: i32 },
  sched_yield: { parameters: [], result: i32 },
} as const satisfies Deno.ForeignLibraryInterface;

/** Loads the library for its plugins to see; `global` finds a symbol of it. */
function loadForAll(fileName: string) {
  let libc: Deno.DynamicLibrary<typeof libcFunctions>["symbols"];
  try {
    libc = Deno.dlopen("libc.so.6", libcFunctions).symbols;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new MpiError("processes are joined by native code; run with --allow-ffi", error);
    }
    throw new MpiError("processes are joined on Linux alone; it has no libc.so.6 here", error);
  }
  const handle = libc.dlopen(text(fileName), nowAndGlobal);
  if (handle === null) {
    throw new MpiError(`there is no ${fileName}, Open MPI's library; ${advice}`);
  }
  const global = (symbol: string) => {
    const found = libc.dlsym(handle, text(symbol));
    if (found === null) throw new MpiError(`${fileName} has no ${symbol}; ${advice}`);
    return found;
  };
  return { global, libc };
}

/** A text that a function writes. */
function wordsOf(
  write: (words: Uint8Array<ArrayBuffer>, length: Int32Array<ArrayBuffer>) => unknown,
): string {
  const words = new Uint8Array(8192), length = new Int32Array(1);
  write(words, length);
  return new TextDecoder().decode(words.subarray(0, length[0])).replace(/\0.*$/s, "");
}
