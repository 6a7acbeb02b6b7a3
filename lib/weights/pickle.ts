/**
 * A reader of Python's pickles of every protocol that runs no code: it builds plain values, and of
 * what a pickle names ("globals") only what the caller knows. All else becomes a {@link StandIn},
 * which keeps what it is given and does nothing.
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

/**
 * Stands for a function, class or object that is not known, and for what "calls" of it make: an
 * object with what the pickle would have put into it.
 */
export class StandIn {
  /** Its items, where it is a kind of dict. */
  entries?: Map<PickleValue, PickleValue>;
  /** Its items, where it is a kind of list. */
  list?: PickleValue[];
  /** Its attributes, mostly in a dict. */
  state?: PickleValue;

  /** An object of the class of that name, or that name alone. */
  constructor(readonly name: string, readonly args: readonly PickleValue[] = []) {}
}

/** A value of a pickle: lists, tuples and sets are arrays, dicts are maps. */
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
  /** What a global stands for ("module.name"); undefined: a stand-in that does nothing. */
  find(name: string): PickleGlobal | undefined;
  /** What a persistent id stands for. */
  persistent?(id: PickleValue): PickleValue;
}

/** The pickle goes on where the bytes end. */
export class PickleEnd extends SyntaxError {}

/** Marks the beginning of a run of values on the stack. */
const mark = Symbol("mark");

/**
 * Fifty thousand tensors need no more. A byte of a pickle can make a whole dict: without a limit, a
 * small file would take all memory. A number costs 1, what takes more memory more.
 */
const budget = 16_000_000;
const costs = { object: 8, remembered: 4, text: 2, number: 1 };

const decoder = new TextDecoder();

/** Python's own ways to make dicts and objects, by their modules and names. */
const python: ReadonlyMap<string, PickleGlobal> = new Map(
  Object.entries<PickleGlobal["call"]>({
    "builtins.dict": ([items]) => dictOf(items),
    "collections.OrderedDict": ([items]) => dictOf(items),
    "collections.Counter": ([items]) => dictOf(items),
    "collections.defaultdict": ([, items]) => dictOf(items),
    "copyreg.__newobj__": ([type, ...args]) => new StandIn(nameOf(type), args),
    "copyreg.__newobj_ex__": ([type, args]) =>
      new StandIn(nameOf(type), Array.isArray(args) ? args : []),
    // A subclass of dict or list holds its items, whatever it is called.
    "copyreg._reconstructor": ([type, , value]) => {
      const made = new StandIn(nameOf(type));
      if (value instanceof Map) made.entries = dictOf(value);
      else if (Array.isArray(value)) made.list = [...value];
      return made;
    },
  }).map(([name, call]) => [name, new PickleGlobal(name, call)]),
);

/** Python 2's names of modules. */
const renamed: Readonly<Record<string, string>> = { __builtin__: "builtins", copy_reg: "copyreg" };

/** A dict of pairs or of another one's items. */
function dictOf(items: PickleValue | undefined): Map<PickleValue, PickleValue> {
  if (items instanceof Map) return new Map(items);
  const dict = new Map<PickleValue, PickleValue>();
  for (const pair of Array.isArray(items) ? items : []) {
    if (Array.isArray(pair)) dict.set(pair[0] ?? null, pair[1] ?? null);
  }
  return dict;
}

const nameOf = (type: PickleValue | undefined) =>
  type instanceof PickleGlobal || type instanceof StandIn ? type.name : "object";

/**
 * Reads the pickle at `start`, and says where it ends.
 *
 * @throws {PickleEnd} where the bytes end before the pickle
 * @throws {SyntaxError} if it is malformed
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
  #left = budget;

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
    if (value !== undefined) this.push(value(this), recalling.has(name));
    else if (act !== undefined) act(this);
    else {
      const found = opcode.toString(16).padStart(2, "0");
      this.fail(`0x${found} is no operation`);
    }
  }

  fail(message: string): never {
    throw new SyntaxError(`${this.#context.where}: pickle, byte ${this.#opcodeAt}: ${message}`);
  }

  push(value: PickleValue | typeof mark, isKnown: boolean): void {
    const { object, text, number } = costs;
    const cost = value instanceof Object ? object : typeof value === "string" ? text : number;
    this.#spend(isKnown ? number : cost);
    this.#stack.push(value);
  }

  /** Counts values that are made, remembered or gone through. */
  #spend(count: number): void {
    this.#left -= count;
    if (this.#left < 0) {
      this.fail("more values than any network's tensors need");
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
    const value = this.#stack.at(-1);
    if (value === undefined || value === mark) return this.fail("a value is missing");
    return value as PickleValue;
  }

  remember(key = this.#memo.size): void {
    this.#spend(costs.remembered);
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
      throw new PickleEnd(
        `${this.#context.where}: the pickle is cut short at byte ${from}: fetch it again`,
      );
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
  long(length: number): number | bigint | StandIn {
    let value = 0n;
    const bytes = this.bytes(length);
    if (length > 255) return new StandIn("integer"); // takes time that grows with its square
    for (let i = length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[i]!);
    return integer(BigInt.asIntN(8 * length, value));
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

  /** A number as text: of Python's int ("01" and "00" are truth values), long ("7L") or float. */
  number(): number | bigint | boolean | StandIn {
    const text = this.line();
    if (text === "00" || text === "01") return text === "01";
    const digits = /^([+-]?\d+)L?$/.exec(text)?.[1];
    if (digits !== undefined) {
      return digits.length > 620 ? new StandIn("integer") : integer(BigInt(digits));
    }
    const value = { nan: NaN, inf: Infinity, "-inf": -Infinity }[text] ?? Number(text || "x");
    return Number.isNaN(value) && text !== "nan"
      ? this.fail(`${text.slice(0, 40)} is no number`)
      : value;
  }

  /** The key of something that is remembered, as text. */
  key(): number {
    const text = this.line();
    return /^\d{1,15}$/.test(text) ? Number(text) : this.fail(`${text.slice(0, 40)} is no key`);
  }

  checkProtocol(version: number): void {
    if (version > 5) this.fail(`protocol ${version}; expected 0 to 5`);
  }

  global([module, name]: readonly PickleValue[]): PickleValue {
    if (typeof module !== "string" || typeof name !== "string") {
      return this.fail("a global without a name");
    }
    const full = `${Object.hasOwn(renamed, module) ? renamed[module] : module}.${name}`;
    return this.#context.find(full) ?? python.get(full) ?? new StandIn(full);
  }

  call([make, args]: readonly PickleValue[]): PickleValue {
    if (!Array.isArray(args)) return this.fail("something is called without a tuple");
    if (make instanceof StandIn) return new StandIn(make.name, args);
    if (!(make instanceof PickleGlobal)) return this.fail("something that is no global is called");
    // A call takes as long as its lists are, and one list may be given to many.
    for (const arg of args) {
      this.#spend(
        Array.isArray(arg) ? arg.length : arg instanceof Map ? costs.object * arg.size : 0,
      );
    }
    return this.#located(() => make.call(args));
  }

  /** An object of the class that is given, or that comes first after the mark. */
  instance(type?: PickleValue): PickleValue {
    const [first = null, ...rest] = type === undefined ? this.popMark() : [type, ...this.popMark()];
    return this.call([first, rest]);
  }

  persistent(id: PickleValue): PickleValue {
    const { persistent } = this.#context;
    if (persistent === undefined) return new StandIn("persistent id", [id]);
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
    const dict = target instanceof StandIn ? target.entries ??= new Map() : target;
    if (!(dict instanceof Map)) return this.fail("an item is set in what is no dict");
    if (items.length % 2 !== 0) this.fail("a key has no value");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i]!, items[i + 1]!);
    return target;
  }

  append(items: readonly PickleValue[]): void {
    const target = this.top();
    const list = target instanceof StandIn ? target.list ??= [] : target;
    if (!Array.isArray(list)) return this.fail("a value is appended to what is no list");
    for (const item of items) list.push(item);
  }

  /** Attributes of an object. Those of what is known (the versions of a state_dict) hold no weights. */
  setState(): void {
    const state = this.pop(), target = this.top();
    if (target instanceof StandIn) target.state = state;
    else if (!(target instanceof Object)) this.fail("a state is set in what is no object");
  }
}

/** Nothing else of a pickle's is a whole number beyond 2^53. */
const integer = (value: bigint) => Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** A text between quotes, as Python writes bytes. */
const unquoted = (text: string) => text.replace(/^(['"])(.*)\1$/, "$2");

/** Operations that push what is there already. */
const recalling = new Set(["2", "g", "h", "j"]);

/** Operations that push a value, by their byte. */
const values = new Map<string, (reader: Reader) => PickleValue | typeof mark>([
  ["(", () => mark], // MARK
  ["2", (reader) => reader.top()], // DUP

  ["N", () => null], // NONE
  ["\x88", () => true], // NEWTRUE
  ["\x89", () => false], // NEWFALSE
  ["I", (reader) => reader.number()], // INT
  ["L", (reader) => reader.number()], // LONG
  ["F", (reader) => reader.number()], // FLOAT
  ["J", (reader) => reader.int32()], // BININT
  ["K", (reader) => reader.uint8()], // BININT1
  ["M", (reader) => reader.uint16()], // BININT2
  ["\x8a", (reader) => reader.long(reader.uint8())], // LONG1
  ["\x8b", (reader) => reader.long(reader.uint32())], // LONG4
  ["G", (reader) => reader.float64()], // BINFLOAT

  ["S", (reader) => unquoted(reader.line())], // STRING
  ["V", (reader) => reader.line()], // UNICODE
  ["X", (reader) => reader.text(reader.uint32())], // BINUNICODE
  ["\x8c", (reader) => reader.text(reader.uint8())], // SHORT_BINUNICODE
  ["\x8d", (reader) => reader.text(reader.uint64())], // BINUNICODE8
  ["U", (reader) => reader.text(reader.uint8())], // SHORT_BINSTRING, text of Python 2
  ["T", (reader) => reader.text(reader.uint32())], // BINSTRING
  ["C", (reader) => reader.bytes(reader.uint8())], // SHORT_BINBYTES
  ["B", (reader) => reader.bytes(reader.uint32())], // BINBYTES
  ["\x8e", (reader) => reader.bytes(reader.uint64())], // BINBYTES8
  ["\x96", (reader) => reader.bytes(reader.uint64())], // BYTEARRAY8
  ["\x97", () => new StandIn("buffer")], // NEXT_BUFFER

  ["]", () => []], // EMPTY_LIST
  [")", () => []], // EMPTY_TUPLE
  ["}", () => new Map()], // EMPTY_DICT
  ["\x8f", () => []], // EMPTY_SET
  ["\x91", (reader) => reader.popMark()], // FROZENSET
  ["l", (reader) => reader.popMark()], // LIST
  ["t", (reader) => reader.popMark()], // TUPLE
  ["d", (reader) => reader.setItems(reader.popMark(), new Map())], // DICT
  ["\x85", (reader) => reader.popLast(1)], // TUPLE1
  ["\x86", (reader) => reader.popLast(2)], // TUPLE2
  ["\x87", (reader) => reader.popLast(3)], // TUPLE3

  ["g", (reader) => reader.recall(reader.key())], // GET
  ["h", (reader) => reader.recall(reader.uint8())], // BINGET
  ["j", (reader) => reader.recall(reader.uint32())], // LONG_BINGET

  ["c", (reader) => reader.global([reader.line(), reader.line()])], // GLOBAL
  ["\x93", (reader) => reader.global(reader.popLast(2))], // STACK_GLOBAL
  ["\x82", (reader) => new StandIn(`extension ${reader.uint8()}`)], // EXT1
  ["\x83", (reader) => new StandIn(`extension ${reader.uint16()}`)], // EXT2
  ["\x84", (reader) => new StandIn(`extension ${reader.int32()}`)], // EXT4
  ["R", (reader) => reader.call(reader.popLast(2))], // REDUCE
  ["\x81", (reader) => reader.call(reader.popLast(2))], // NEWOBJ
  ["\x92", (reader) => reader.call(reader.popLast(3).slice(0, 2))], // NEWOBJ_EX
  ["i", (reader) => reader.instance(reader.global([reader.line(), reader.line()]))], // INST
  ["o", (reader) => reader.instance()], // OBJ
  ["P", (reader) => reader.persistent(reader.line())], // PERSID
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
  ["b", (reader) => reader.setState()], // BUILD
  ["\x90", (reader) => reader.append(reader.popMark())], // ADDITEMS
  ["\x98", (reader) => reader.top()], // READONLY_BUFFER

  ["p", (reader) => reader.remember(reader.key())], // PUT
  ["q", (reader) => reader.remember(reader.uint8())], // BINPUT
  ["r", (reader) => reader.remember(reader.uint32())], // LONG_BINPUT
  ["\x94", (reader) => reader.remember()], // MEMOIZE
]);
