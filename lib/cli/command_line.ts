import { parseArgs } from "node:util";
import { unknownName } from "../core/suggest.ts";

/** A command's option: what it is for, and how its value is read. */
export interface Option<T> {
  readonly help: string;
  /** What stands for the value in the help; undefined for a switch. */
  readonly valueName?: string;
  /** Reads and checks the value; throws a RangeError that says what was expected. */
  parse(text: string): T;
}

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
    console.error(`${Deno.stderr.isTerminal() ? "\r\x1b[K" : ""}error: ${error.message}`);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}

/** An integer of at least `least`. */
export function integer(help: string, least: number): Option<number> {
  return {
    help,
    valueName: "N",
    parse(text) {
      const value = Number(text);
      if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) {
        throw new RangeError(
          `expected an integer of at least ${least}, found ${JSON.stringify(text)}`,
        );
      }
      return value;
    },
  };
}

/** A number of at least 0. */
export function number(help: string): Option<number> {
  return {
    help,
    valueName: "X",
    parse(text) {
      const value = Number(text);
      if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
        throw new RangeError(`expected a number of at least 0, found ${JSON.stringify(text)}`);
      }
      return value;
    },
  };
}

/** One of several names. */
export function choice<T extends string>(help: string, names: readonly T[]): Option<T> {
  return {
    help,
    valueName: names.join("|"),
    parse(text) {
      if (!names.includes(text as T)) throw new RangeError(unknownName("value", text, names));
      return text as T;
    },
  };
}

/** A text that is taken as it is, such as a folder. */
export function text(help: string, valueName: string): Option<string> {
  return { help, valueName, parse: (value) => value };
}

/** Something that is on or off. */
export function toggle(help: string): Option<boolean> {
  return { help, parse: () => true };
}

type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of options that were given. */
export type Values<O extends Options> = {
  readonly [K in keyof O]?: O[K] extends Option<infer T> ? T : never;
};

/** Reads a command line; an unknown option is a UsageError that names the nearest one. */
export function parseOptions<O extends Options>(
  args: readonly string[],
  options: O,
): { values: Values<O>; rest: string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { valueName }]) => [
        name,
        {
          type: valueName === undefined ? "boolean" : "string",
          ...name === "help" && { short: "h" },
        },
      ]),
    ),
  });
  const values: Record<string, unknown> = {};
  const rest: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") rest.push(token.value);
    if (token.kind !== "option") continue;
    const option = options[token.name];
    if (option === undefined) {
      const known = Object.keys(options).map((name) => `--${name}`);
      throw new UsageError(unknownName("option", token.rawName, known));
    }
    if (option.valueName !== undefined && token.value === undefined) {
      throw new UsageError(`--${token.name}: expected a value (${option.valueName})`);
    }
    if (option.valueName === undefined && token.value !== undefined) {
      throw new UsageError(`--${token.name} takes no value, found ${JSON.stringify(token.value)}`);
    }
    try {
      values[token.name] = option.parse(token.value ?? "");
    } catch (error) {
      throw new UsageError(`--${token.name}: ${(error as Error).message}`);
    }
  }
  return { values: values as Values<O>, rest };
}

/** The help for options, a line or two each. */
export function formatOptions(options: Options): string {
  const heads = Object.entries(options).map(([name, { valueName }]) =>
    `--${name}${valueName === undefined ? "" : ` ${valueName}`}`
  );
  const width = Math.min(30, Math.max(...heads.map((head) => head.length)));
  return Object.values(options).map(({ help }, i) => {
    const head = heads[i]!;
    return head.length > width
      ? `  ${head}\n  ${" ".repeat(width)}  ${help}`
      : `  ${head.padEnd(width)}  ${help}`;
  }).join("\n");
}
