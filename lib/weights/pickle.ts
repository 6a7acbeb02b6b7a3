/**
 * A reader of Python's pickles that runs no code: it builds plain values, and of what a pickle names
 * ("globals") only what the caller knows.
 * Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 *
 * @module
 */

/** What a pickle may name: something that makes a value of arguments. */
export class PickleGlobal {
  /** Its name in Python, with the module. */
  readonly name: string;
  readonly #make: (args: readonly PickleValue[]) => PickleValue;

  /** A global that `make` stands for. */
  constructor(name: string, make: (args: readonly PickleValue[]) => PickleValue) {
    this.name = name;
    this.#make = make;
  }

  /** Calls it. */
  call(args: readonly PickleValue[]): PickleValue {
    return this.#make(args);
  }
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

  fail(message: string): never {
    throw new SyntaxError(`${this.#context.where}: pickle, byte ${this.#opcodeAt}: ${message}`);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) return this.fail("a value is missing");
    return value as PickleValue;
  }

  #push(value: PickleValue | typeof mark): void {
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

  #top(): PickleValue {
    const value = this.pop();
    this.#push(value);
    return value;
  }

  /** The values since the last mark. */
  #popMark(): PickleValue[] {
    const from = this.#stack.lastIndexOf(mark);
    if (from < 0) this.fail("a mark is missing");
    const values = this.#stack.splice(from);
    values.shift();
    return values as PickleValue[];
  }

  /** Moves on by `length` bytes and gives where they begin. */
  #skip(length: number): number {
    const from = this.at;
    if (length > this.#bytes.length - from) {
      throw new PickleEnd(`${this.#context.where}: the pickle is cut short at byte ${from}`);
    }
    this.at += length;
    return from;
  }

  #uint8 = () => this.#view.getUint8(this.#skip(1));
  #uint32 = () => this.#view.getUint32(this.#skip(4), true);

  #uint64(): number {
    const value = this.#view.getBigUint64(this.#skip(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`a length of ${value}`);
    return Number(value);
  }

  #slice(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  #text(length: number): string {
    return decoder.decode(this.#slice(length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    const text = this.#text((end < 0 ? this.#bytes.length : end) - this.at);
    this.#skip(1);
    return text;
  }

  /** A little-endian two's complement integer. */
  #long(length: number): number | bigint {
    if (length > 255) this.fail(`an integer of ${length} bytes`);
    let value = 0n;
    const bytes = this.#slice(length);
    for (let i = length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[i]!);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #global(module: string, name: string): PickleGlobal {
    return this.#context.find(module, name) ?? this.fail(
      `it names ${module}.${name}, which is no part of a tensor and was not called; expected ` +
        "weights alone, as torch.save(model.state_dict(), path) writes them",
    );
  }

  #call(make: PickleValue, args: PickleValue): PickleValue {
    if (!(make instanceof PickleGlobal)) return this.fail("something that is no global is called");
    if (!Array.isArray(args)) return this.fail(`${make.name} is called without a tuple`);
    // A call takes as long as its lists are, and one list may be given to many.
    for (const arg of args) if (Array.isArray(arg)) this.#spend(arg.length);
    return this.#located(() => make.call(args));
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

  #setItems(target: PickleValue, items: readonly PickleValue[]): void {
    if (!(target instanceof Map)) this.fail("an item is set in what is no dict");
    if (items.length % 2 !== 0) this.fail("a key has no value");
    for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  }

  #append(target: PickleValue, items: readonly PickleValue[]): void {
    if (!Array.isArray(target)) this.fail("a value is appended to what is no list");
    for (const item of items) target.push(item);
  }

  #recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) this.fail(`nothing was remembered as ${key}`);
    this.#push(value);
  }

  /** Carries out one operation. */
  step(): void {
    this.#opcodeAt = this.at;
    const opcode = this.#uint8();
    switch (String.fromCharCode(opcode)) {
      case "\x80": { // PROTO
        const version = this.#uint8();
        if (version < 2 || version > 5) this.fail(`protocol ${version}; expected 2 to 5`);
        return;
      }
      case "\x95": // FRAME
        this.#skip(8);
        return;
      case ".": // STOP
        this.done = true;
        return;
      case "(": // MARK
        return this.#push(mark);
      case "0": // POP
        if (this.#stack.pop() === undefined) this.fail("a value is missing");
        return;
      case "1": // POP_MARK
        this.#popMark();
        return;
      case "2": // DUP
        return this.#push(this.#top());

      case "N": // NONE
        return this.#push(null);
      case "\x88": // NEWTRUE
        return this.#push(true);
      case "\x89": // NEWFALSE
        return this.#push(false);
      case "J": // BININT
        return this.#push(this.#view.getInt32(this.#skip(4), true));
      case "K": // BININT1
        return this.#push(this.#uint8());
      case "M": // BININT2
        return this.#push(this.#view.getUint16(this.#skip(2), true));
      case "\x8a": // LONG1
        return this.#push(this.#long(this.#uint8()));
      case "\x8b": // LONG4
        return this.#push(this.#long(this.#uint32()));
      case "G": // BINFLOAT
        return this.#push(this.#view.getFloat64(this.#skip(8)));

      case "X": // BINUNICODE
        return this.#push(this.#text(this.#uint32()));
      case "\x8c": // SHORT_BINUNICODE
      case "U": // SHORT_BINSTRING, text of Python 2
        return this.#push(this.#text(this.#uint8()));
      case "\x8d": // BINUNICODE8
        return this.#push(this.#text(this.#uint64()));
      case "T": // BINSTRING
        return this.#push(this.#text(this.#uint32()));
      case "C": // SHORT_BINBYTES
        return this.#push(this.#slice(this.#uint8()));
      case "B": // BINBYTES
        return this.#push(this.#slice(this.#uint32()));

      case "]": // EMPTY_LIST
      case ")": // EMPTY_TUPLE
        return this.#push([]);
      case "}": // EMPTY_DICT
        return this.#push(new Map());
      case "l": // LIST
      case "t": // TUPLE
        return this.#push(this.#popMark());
      case "d": { // DICT
        const items = this.#popMark(), dict = new Map<PickleValue, PickleValue>();
        this.#setItems(dict, items);
        return this.#push(dict);
      }
      case "\x85": // TUPLE1
        return this.#push([this.pop()]);
      case "\x86": { // TUPLE2
        const b = this.pop(), a = this.pop();
        return this.#push([a, b]);
      }
      case "\x87": { // TUPLE3
        const c = this.pop(), b = this.pop(), a = this.pop();
        return this.#push([a, b, c]);
      }
      case "a": { // APPEND
        const item = this.pop();
        return this.#append(this.#top(), [item]);
      }
      case "e": { // APPENDS
        const items = this.#popMark();
        return this.#append(this.#top(), items);
      }
      case "s": { // SETITEM
        const value = this.pop(), key = this.pop();
        return this.#setItems(this.#top(), [key, value]);
      }
      case "u": { // SETITEMS
        const items = this.#popMark();
        return this.#setItems(this.#top(), items);
      }

      case "q": // BINPUT
        this.#memo.set(this.#uint8(), this.#top());
        return;
      case "r": // LONG_BINPUT
        this.#memo.set(this.#uint32(), this.#top());
        return;
      case "\x94": // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case "h": // BINGET
        return this.#recall(this.#uint8());
      case "j": // LONG_BINGET
        return this.#recall(this.#uint32());

      case "c": { // GLOBAL
        const module = this.#line(), name = this.#line();
        return this.#push(this.#global(module, name));
      }
      case "\x93": { // STACK_GLOBAL
        const name = this.pop(), module = this.pop();
        if (typeof module !== "string" || typeof name !== "string") {
          this.fail("a global without a name");
        }
        return this.#push(this.#global(module, name));
      }
      case "R": // REDUCE
      case "\x81": { // NEWOBJ
        const args = this.pop(), make = this.pop();
        return this.#push(this.#call(make, args));
      }
      case "b": // BUILD
        this.pop(); // An OrderedDict's attributes (the versions of a state_dict) hold no weights.
        if (!(this.#top() instanceof Map)) this.fail("a state is set in what is no dict");
        return;
      case "Q": { // BINPERSID
        const id = this.pop();
        const { persistent } = this.#context;
        if (persistent === undefined) this.fail("a persistent id");
        return this.#push(this.#located(() => persistent(id)));
      }
      default:
        this.fail(
          `operation 0x${
            opcode.toString(16).padStart(2, "0")
          } is not among those that tensors need`,
        );
    }
  }
}
