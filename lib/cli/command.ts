import { flag, text } from "../core/option_kinds.ts";
import type { AnyOption, Option, Values } from "../core/options.ts";
import { unknownName } from "../core/suggest.ts";
import { asTyped } from "./shell.ts";

/** What the help says of an option. */
interface Described {
  readonly help: string;
  /** What stands for the value; undefined for a switch. */
  readonly valueName: string | undefined;
}

type CommandOptions = Readonly<Record<string, AnyOption & Described>>;

/** An option of a command: a function's option without its default, and a line of help. */
export function option<T>(
  help: string,
  kind: Option<T>,
  valueName = kind.choices?.join("|") ?? (kind.type === "boolean" ? undefined : "N"),
): Option<T, undefined> & Described {
  return { ...kind, fallback: undefined, help, valueName };
}

/** Something that is on or off. */
export const toggle = (help: string): Option<boolean, undefined> & Described =>
  option(help, flag());

/** A text that is the path of a file or folder. */
export const path = (help: string, valueName: "FILE" | "DIR" = "FILE") =>
  option(help, text(), valueName);

/** A mistake in a command line: shown without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The exit code of a program that SIGPIPE ends, which Deno does not let happen. */
const endedByPipe = 128 + 13;

/**
 * Runs a command with this program's arguments and ends the program with its exit code: 2 for a
 * mistake in the command line, 1 for another error.
 */
export async function runCommand(
  main: (args: readonly string[]) => Promise<number>,
): Promise<never> {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Whoever reads the output has seen enough, as `head` does: no mistake, and nobody to tell.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(endedByPipe);
    // It stands in place of a line that shows progress.
    console.error(`${Deno.stderr.isTerminal() ? "\r\x1b[K" : ""}error: ${asTyped(error.message)}`);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}

const helpOption = { help: toggle("shows this") };

/**
 * A command that takes options, and `--help`, which shows `help`. It does `run` with what was given,
 * and returns its exit code. What is given besides options is a mistake where `run` takes no more.
 */
export function command<O extends CommandOptions>(
  options: O,
  help: string | (() => Promise<string>),
  run: (given: Values<O>, rest: readonly string[]) => Promise<number>,
): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    const { values, rest, isHelpWanted } = parseOptions(args, options);
    if (isHelpWanted) {
      console.log(asTyped(typeof help === "string" ? help : await help()));
      return 0;
    }
    if (rest.length > 0 && run.length < 2) {
      const meant = ["images", "data"].find((name) => Object.hasOwn(options, name));
      const guess = meant === undefined ? "" : `; did you mean --${meant} ${rest[0]}?`;
      throw new UsageError(`unexpected ${JSON.stringify(rest[0])}${guess || "; see --help"}`);
    }
    return await run(values, rest);
  };
}

/**
 * Reads a command line; an unknown option is a UsageError that names the nearest one. (Node's parser
 * does as much, but takes as long to load as all of this folder.)
 */
export function parseOptions<O extends CommandOptions>(
  args: readonly string[],
  given: O,
): { values: Values<O>; rest: string[]; isHelpWanted: boolean } {
  const options: CommandOptions = { ...given, ...helpOption };
  const found: Record<string, unknown> = {};
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      rest.push(...args.slice(i + 1));
      break;
    }
    const [, given, inline] = /^(-[^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (given === undefined) {
      rest.push(arg);
      continue;
    }
    const name = given === "-h" ? "help" : given.replace(/^--/, "");
    if (!Object.hasOwn(options, name)) {
      throw new UsageError(
        unknownName("option", given, Object.keys(options).map((name) => `--${name}`)),
      );
    }
    const option = options[name]!;
    const text = inline ?? (option.valueName === undefined ? undefined : args[++i]);
    found[name] = valueOf(option, `--${name}`, text);
  }
  const { help, ...values } = found;
  return { values: values as Values<O>, rest, isHelpWanted: help === true };
}

/** The value that a text stands for. */
function valueOf(
  { read, type, valueName }: AnyOption & Described,
  where: string,
  text: string | undefined,
): unknown {
  if (valueName !== undefined && text === undefined) {
    throw new UsageError(`${where}: expected a value (${valueName})`);
  }
  if (valueName === undefined && text !== undefined) {
    throw new UsageError(`${where} takes no value, found ${JSON.stringify(text)}`);
  }
  const number = type === "number" && text?.trim() ? Number(text) : NaN;
  try {
    return read(Number.isNaN(number) ? text ?? true : number, where);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The help for options, a line or two each. */
export function formatOptions(given: CommandOptions): string {
  const options = Object.entries({ ...given, ...helpOption });
  const heads = options.map(([name, { valueName }]) =>
    `--${name}${valueName === undefined ? "" : ` ${valueName}`}`
  );
  const width = Math.min(30, Math.max(...heads.map((head) => head.length)));
  return options.map(([, { help }], i) => {
    const head = heads[i]!;
    return head.length > width
      ? `  ${head}\n  ${" ".repeat(width)}  ${help}`
      : `  ${head.padEnd(width)}  ${help}`;
  }).join("\n");
}
