/**
 * A reader of Python's pickles that runs no code: it builds plain values, and of what a pickle names
 * ("globals") only what the caller knows.
 * Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 *
 * @module
 */

/** What a pickle may name: something that makes a value of arguments. */
export class PickleGlobal {
  /** The global of a name in Python, with the module, which `call` stands for. */
  constructor(
    readonly name: string,
    readonly call: (args: readonly PickleValue[]) => PickleValue,
  ) {}
}

/** A value of a pickle: lists and tuples are arrays, dicts are maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | object;

/** What a pickle may refer to. */
export interface PickleContext {
  /** The file, for errors. */
  readonly where: string;
  /** What a global stands for; undefined: the pickle is refused. */
  find(module: string, name: string): PickleGlobal | undefined;
  /** What a persistent id stands for. */
  persistent?(id: PickleValue): PickleValue;
}

/** The pickle goes on where the bytes end. */
export class PickleEnd extends SyntaxError {}

/** Marks the beginning of a run of values on the stack. */
const mark = Symbol("mark");

/**
 * Fifty thousand tensors need no more values. A byte of a pickle can make a whole dict: without a
 * limit, a small file would take all memory.
 */
const mostValues = 2_000_000;

const decoder = new TextDecoder();

/**
 * Reads the pickle at `start`, and says where it ends.
 *
 * @throws {PickleEnd} where the bytes end before the pickle
 * @throws {SyntaxError} if it is malformed, names an unknown global, or needs an operation that runs
 * code
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  context: PickleContext,
): { value: PickleValue; end: number } {
  const reader = new Reader(bytes, start, context);
  while (!reader.done) reader.step();
  return { value: reader.pop(), end: reader.at };
}

class Reader {
  done = false;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #context: PickleContext;
  readonly #stack: (PickleValue | typeof mark)[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #opcodeAt = 0;
  #left = mostValues;

  constructor(bytes: Uint8Array, public at: number, context: PickleContext) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#context = context;
  }

  /** Carries out one operation. */
  step(): void {
    this.#opcodeAt = this.at;
    const opcode = this.uint8(), name = String.fromCharCode(opcode);
    const value = values.get(name), act = actions.get(name);
    if (value !== undefined) this.push(value(this));
    else if (act !== undefined) act(this);
    else {
      const found = opcode.toString(16).padStart(2, "0");
      this.fail(`operation 0x${found} is not among those that tensors need`);
    }
  }

  fail(message: string): never {
    throw new SyntaxError(`${this.#context.where}: pickle, byte ${this.#opcodeAt}: ${message}`);
  }

  push(value: PickleValue | typeof mark): void {
    this.#spend(1);
    this.#stack.push(value);
  }

  /** Counts values that are made, remembered or gone through. */
  #spend(count: number): void {
    this.#left -= count;
    if (this.#left < 0) {
      this.fail(`more than ${mostValues} values, which no network's tensors need`);
    }
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) return this.fail("a value is missing");
    return value as PickleValue;
  }

  /** The last values, in the order in which they came. */
  popLast(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** The values since the last mark. */
  popMark(): PickleValue[] {
    const from = this.#stack.lastIndexOf(mark);
    if (from < 0) this.fail("a mark is missing");
    const values = this.#stack.splice(from);
    values.shift();
    return values as PickleValue[];
  }

  /** Takes off a value or a mark. */
  drop(): void {
    if (this.#stack.pop() === undefined) this.fail("a value is missing");
  }

  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  remember(key = this.#memo.size): void {
    this.#memo.set(key, this.top());
  }

  recall(key: number): PickleValue {
    const value = this.#memo.get(key);
    return value === undefined ? this.fail(`nothing was remembered as ${key}`) : value;
  }

  /** Moves on by `length` bytes and gives where they begin. */
  skip(length: number): number {
    const from = this.at;
    if (length > this.#bytes.length - from) {
      throw new PickleEnd(`${this.#context.where}: the pickle is cut short at byte ${from}`);
    }
    this.at += length;
    return from;
  }

  uint8 = () => this.#view.getUint8(this.skip(1));
  uint16 = () => this.#view.getUint16(this.skip(2), true);
  uint32 = () => this.#view.getUint32(this.skip(4), true);
  int32 = () => this.#view.getInt32(this.skip(4), true);
  float64 = () => this.#view.getFloat64(this.skip(8));

  uint64(): number {
    const value = this.#view.getBigUint64(this.skip(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`a length of ${value}`);
    return Number(value);
  }

  /** A little-endian two's complement integer. */
  long(length: number): number | bigint {
    if (length > 255) this.fail(`an integer of ${length} bytes`);
    let value = 0n;
    const bytes = this.bytes(length);
    for (let i = length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[i]!);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  bytes(length: number): Uint8Array {
    const from = this.skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  text(length: number): string {
    return decoder.decode(this.bytes(length));
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    const text = this.text((end < 0 ? this.#bytes.length : end) - this.at);
    this.skip(1);
    return text;
  }

  checkProtocol(version: number): void {
    if (version < 2 || version > 5) this.fail(`protocol ${version}; expected 2 to 5`);
  }

  global([module, name]: readonly PickleValue[]): PickleGlobal {
    if (typeof module !== "string" || typeof name !== "string") {
      return this.fail("a global without a name");
    }
    return this.#context.find(module, name) ?? this.fail(
      `it names ${module}.${name}, which is no part of a tensor and was not called; expected ` +
        "weights alone, as torch.save(model.state_dict(), path) writes them",
    );
  }

  call([make, args]: readonly PickleValue[]): PickleValue {
    if (!(make instanceof PickleGlobal)) return this.fail("something that is no global is called");
    if (!Array.isArray(args)) return this.fail(`${make.name} is called without a tuple`);
    // A call takes as long as its lists are, and one list may be given to many.
    for (const arg of args) if (Array.isArray(arg)) this.#spend(arg.length);
    return this.#located(() => make.call(args));
  }

  persistent(id: PickleValue): PickleValue {
    const { persistent } = this.#context;
    if (persistent === undefined) return this.fail("a persistent id");
    return this.#located(() => persistent(id));
  }

  /** What `make` makes; where it makes no sense, the error says where in the file. */
  #located(make: () => PickleValue): PickleValue {
    try {
      return make();
    } catch (error) {
      if (error instanceof SyntaxError) this.fail(error.message);
      throw error;
    }
  }

  setItems(items: readonly PickleValue[], target: PickleValue = this.top()): PickleValue {
    if (!(target instanceof Map)) return this.fail("an item is set in what is no dict");
    if (items.length % 2 !== 0) this.fail("a key has no value");
    for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
    return target;
  }

  append(items: readonly PickleValue[]): void {
    const target = this.top();
    if (!Array.isArray(target)) this.fail("a value is appended to what is no list");
    for (const item of items) target.push(item);
  }

  /** Of an OrderedDict, the attributes (the versions of a state_dict) hold no weights. */
  dropState(): void {
    this.pop();
    if (!(this.top() instanceof Map)) this.fail("a state is set in what is no dict");
  }
}

/** Operations that push a value, by their byte. */
const values = new Map<string, (reader: Reader) => PickleValue | typeof mark>([
  ["(", () => mark], // MARK
  ["2", (reader) => reader.top()], // DUP

  ["N", () => null], // NONE
  ["\x88", () => true], // NEWTRUE
  ["\x89", () => false], // NEWFALSE
  ["J", (reader) => reader.int32()], // BININT
  ["K", (reader) => reader.uint8()], // BININT1
  ["M", (reader) => reader.uint16()], // BININT2
  ["\x8a", (reader) => reader.long(reader.uint8())], // LONG1
  ["\x8b", (reader) => reader.long(reader.uint32())], // LONG4
  ["G", (reader) => reader.float64()], // BINFLOAT

  ["X", (reader) => reader.text(reader.uint32())], // BINUNICODE
  ["\x8c", (reader) => reader.text(reader.uint8())], // SHORT_BINUNICODE
  ["\x8d", (reader) => reader.text(reader.uint64())], // BINUNICODE8
  ["U", (reader) => reader.text(reader.uint8())], // SHORT_BINSTRING, text of Python 2
  ["T", (reader) => reader.text(reader.uint32())], // BINSTRING
  ["C", (reader) => reader.bytes(reader.uint8())], // SHORT_BINBYTES
  ["B", (reader) => reader.bytes(reader.uint32())], // BINBYTES

  ["]", () => []], // EMPTY_LIST
  [")", () => []], // EMPTY_TUPLE
  ["}", () => new Map()], // EMPTY_DICT
  ["l", (reader) => reader.popMark()], // LIST
  ["t", (reader) => reader.popMark()], // TUPLE
  ["d", (reader) => reader.setItems(reader.popMark(), new Map())], // DICT
  ["\x85", (reader) => reader.popLast(1)], // TUPLE1
  ["\x86", (reader) => reader.popLast(2)], // TUPLE2
  ["\x87", (reader) => reader.popLast(3)], // TUPLE3

  ["h", (reader) => reader.recall(reader.uint8())], // BINGET
  ["j", (reader) => reader.recall(reader.uint32())], // LONG_BINGET

  ["c", (reader) => reader.global([reader.line(), reader.line()])], // GLOBAL
  ["\x93", (reader) => reader.global(reader.popLast(2))], // STACK_GLOBAL
  ["R", (reader) => reader.call(reader.popLast(2))], // REDUCE
  ["\x81", (reader) => reader.call(reader.popLast(2))], // NEWOBJ
  ["Q", (reader) => reader.persistent(reader.pop())], // BINPERSID
]);

/** The other operations, by their byte. */
const actions = new Map<string, (reader: Reader) => void>([
  ["\x80", (reader) => reader.checkProtocol(reader.uint8())], // PROTO
  ["\x95", (reader) => reader.skip(8)], // FRAME
  [".", (reader) => reader.done = true], // STOP
  ["0", (reader) => reader.drop()], // POP
  ["1", (reader) => reader.popMark()], // POP_MARK

  ["a", (reader) => reader.append(reader.popLast(1))], // APPEND
  ["e", (reader) => reader.append(reader.popMark())], // APPENDS
  ["s", (reader) => reader.setItems(reader.popLast(2))], // SETITEM
  ["u", (reader) => reader.setItems(reader.popMark())], // SETITEMS
  ["b", (reader) => reader.dropState()], // BUILD

  ["q", (reader) => reader.remember(reader.uint8())], // BINPUT
  ["r", (reader) => reader.remember(reader.uint32())], // LONG_BINPUT
  ["\x94", (reader) => reader.remember()], // MEMOIZE
]);
