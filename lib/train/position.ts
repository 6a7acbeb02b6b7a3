import { describeValue } from "../core/errors.ts";
import {
  checkedBy,
  group,
  integer,
  number,
  object,
  positiveInteger,
  required,
} from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import type { EpochRecord } from "./epoch_record.ts";

/** Where training stands, beside the numbers in variables. */
export interface Position {
  /** The epoch that is being trained, from 0. */
  readonly epoch: number;
  /** Batches of it that are done. */
  readonly batch: number;
  /** Steps done in all. */
  readonly step: number;
  /** One for each epoch that is done. */
  readonly records: readonly EpochRecord[];
  /** Settings that must be the same for the resumed run to equal an uninterrupted one. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
  /** What the schedule of the learning rate remembers. */
  readonly schedule?: Readonly<Record<string, number>>;
  /** What early stopping remembers. */
  readonly earlyStopping?: { readonly best: number | null; readonly waited: number };
}

const count = integer({ least: 0 }), finite = number();

const schema = {
  epoch: required(count),
  batch: required(count),
  step: required(count),
  records: required(checkedBy(readRecords)),
  settings: required(object<Position["settings"]>("settings by name")),
  schedule: checkedBy<NonNullable<Position["schedule"]>>((value, where) => {
    const given = object<Readonly<Record<string, number>>>("numbers by name").read(value, where);
    for (const [name, one] of Object.entries(given)) finite.read(one, `${where}: ${name}`);
    return given;
  }),
  earlyStopping: group({
    best: required(checkedBy((value, where) => value === null ? value : finite.read(value, where))),
    waited: required(count),
  }),
} satisfies Schema<Position>;

/**
 * The position in a checkpoint's metadata. Nothing in it is trusted: its parts are checked one by one
 * and against each other.
 *
 * @throws {SyntaxError} if there is none, or it is none that a training can have
 */
export function positionIn(metadata: Readonly<Record<string, string>>, path: string): Position {
  try {
    const found: unknown = JSON.parse(metadata.position ?? "");
    const position: Position = options("position", found, schema);
    checkTogether(position);
    return position;
  } catch (error) {
    const message = `${path}: a model, but not a checkpoint: it does not say where training stood`;
    throw new SyntaxError(`${message} (${(error as Error).message})`, { cause: error });
  }
}

/** Checks what belongs together: the counts of epochs, batches and steps. */
function checkTogether({ epoch, batch, step, records, settings, earlyStopping }: Position): void {
  const fail = (what: string, expected: number, found: number) => {
    throw new RangeError(`position: ${what}: expected ${expected}, found ${found}`);
  };
  if (records.length !== epoch) fail("records", epoch, records.length);
  // An epoch's last step may have fewer batches.
  const each = positiveInteger(1).read(settings.accumulate ?? 1, "position: settings: accumulate");
  const before = records.at(-1)?.step ?? 0, steps = before + Math.floor(batch / each);
  if (step !== steps && step !== before + Math.ceil(batch / each)) fail("step", steps, step);
  if (earlyStopping !== undefined && earlyStopping.waited > epoch) {
    fail("earlyStopping: waited: at most", epoch, earlyStopping.waited);
  }
}

function readRecords(value: unknown, where: string): readonly EpochRecord[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`${where}: expected a list, found ${describeValue(value)}`);
  }
  let before = 0;
  for (const [i, record] of value.entries()) {
    const at = `${where}[${i}]`;
    const { epoch, step, loss, validation } = object<EpochRecord>("a record").read(record, at);
    integer({ least: i + 1, most: i + 1 }).read(epoch, `${at}: epoch`);
    before = integer({ least: before }).read(step, `${at}: step`);
    finite.read(loss, `${at}: loss`);
    if (validation !== undefined) {
      const measured = object<EpochRecord["validation"] & object>("measures").read(
        validation,
        `${at}: validation`,
      );
      finite.read(measured.loss, `${at}: validation: loss`);
    }
    checkNumbers(record, at);
  }
  return value;
}

/** Measures are numbers, also in groups; JSON has null for those that are not finite. */
function checkNumbers(value: unknown, where: string): void {
  if (typeof value === "number" || value === null) return;
  if (typeof value !== "object") {
    throw new TypeError(`${where}: expected numbers, found ${describeValue(value)}`);
  }
  for (const [name, one] of Object.entries(value!)) checkNumbers(one, `${where}: ${name}`);
}
