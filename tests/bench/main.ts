/**
 * `deno task bench`: times this library beside its peers, case by case, and prints a table.
 *
 * Each contender is measured in a process of its own, one after another, several rounds over: what
 * else the machine does then hits all of them alike. The figure is the median of the samples in which
 * the machine did nothing else.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { unknownName } from "../../lib/core/suggest.ts";
import { type Case, cases, flopsOf } from "./cases.ts";
import { type Contender, contenders, whyNo } from "./contenders.ts";
import type { Figure, FigureOptions } from "./figures/figure.ts";
import { figures } from "./figures/figures.ts";
import { startup } from "./figures/startup.ts";
import { type Sample, summarise, summariseProcessor, waitForQuiet } from "./load.ts";
import { installPeers } from "./peers.ts";
import { formatTable, type Result, type Wrong } from "./table.ts";
import { runQuietly } from "../setup/process.ts";
import { wrap } from "../setup/wrap.ts";

const rounds = 3;

/** Cases of a first look. */
const quickCases = ["lenet-train", "matmul-512", "conv3x3-forward", "resnet18-predict-1"];

/** Seconds that a contender may take in a round, its start included. */
const limits = { usual: 180, quick: 10 };
/** A contender this slow takes part in one round only. */
const slowMilliseconds = 2000;

/** A line of the help, or several. */
const entry = ({ name, what }: { readonly name: string; readonly what: string }) =>
  `  ${name.padEnd(18)} ${wrap(what.split(" "), 21)}`;

const help = `Times training and kernels beside other libraries.

  deno task bench [--only CASE[,CASE]] [--contenders NAME[,NAME]] [--quick] [--one-thread] [--json]
  deno task bench --only startup [--against DIR]

Cases
${cases.map(entry).join("\n")}

Figures of this library alone, measured where --only names them
${figures.map(entry).join("\n")}

Contenders
  ${wrap(contenders.map(({ name }) => name).join(", ").split(" "), 2)}

--quick takes one short look at
  ${wrap(quickCases.join(", ").split(" "), 2)}
  where --only names no others, in less than three minutes.
--one-thread compares those that can be held to one thread, by the processor time that they take: that
  says something on a busy machine too.
--against takes another checkout of this library, whose time to the first step is measured in turns.
--json prints one object a contender a line instead of a table.
STRIATE_PYTHON names the Python that PyTorch and Keras are installed in (python3).`;

/** The members of `all` that the comma-separated `names` choose; all of them without names. */
function choose<T extends { readonly name: string }>(
  option: "case" | "contender",
  names: string | undefined,
  all: readonly T[],
): readonly T[] {
  const wanted = names?.split(",");
  const known = all.map(({ name }) => name);
  for (const name of wanted ?? []) {
    if (!known.includes(name)) throw new RangeError(unknownName(option, name, known));
  }
  return all.filter(({ name }) => wanted?.includes(name) ?? true);
}

/** How contenders are measured. */
interface Look {
  /** By the processor time of one thread. */
  readonly oneThread: boolean;
  /** Once, and not for long. */
  readonly quick: boolean;
}

/** What a contender says of one round: samples, or what is wrong with its result. */
type Said = { readonly samples: readonly Sample[] } | { readonly wrong: string };

/** One contender in one round; throws with what it wrote if that is neither. */
async function sample(
  contender: Contender,
  benchCase: Case,
  { oneThread, quick }: Look,
): Promise<Said> {
  if (!oneThread && !quick) await waitForQuiet();
  const how = [...oneThread ? ["one-thread"] : [], ...quick ? ["quick"] : []];
  const limit = limits[quick ? "quick" : "usual"], signal = AbortSignal.timeout(1000 * limit);
  const command = [...contender.command(benchCase), ...how];
  const { ok, output } = await runQuietly(command, { signal });
  const line = output.split("\n").find((line) => /^\{"(samples|wrong)"/.test(line));
  if (ok && line) return JSON.parse(line);
  if (signal.aborted) throw new Error(`it took more than ${limit} s`);
  const lines = output.trim().split("\n");
  throw new Error(lines.find((line) => /error/i.test(line)) ?? lines.at(-1));
}

/** Measures everybody at `benchCase`; says who could not take part, and why. */
async function measure(
  benchCase: Case,
  who: readonly Contender[],
  look: Look,
): Promise<{ readonly results: Result[]; readonly wrong: Wrong[] }> {
  const summary = look.oneThread ? summariseProcessor : summarise, turns = look.quick ? 1 : rounds;
  const samples = new Map<Contender, Sample[]>(who.map((contender) => [contender, []]));
  const wrong: Wrong[] = [];
  for (let turn = 1; turn <= turns; turn++) {
    for (const [contender, all] of samples) {
      if (all.length > 0 && summary(all).milliseconds > slowMilliseconds) continue;
      note(`${benchCase.name}, round ${turn} of ${turns}: ${contender.name}`);
      try {
        const said = await sample(contender, benchCase, look);
        if ("samples" in said) all.push(...said.samples);
        else {
          wrong.push({ contender: contender.name, case: benchCase.name, wrong: said.wrong });
          samples.delete(contender);
        }
      } catch (error) {
        console.error(
          `${contender.name} skipped at ${benchCase.name}: ${(error as Error).message}`,
        );
        samples.delete(contender);
      }
    }
  }
  note("");
  const flops = flopsOf(benchCase);
  const round = (value: number) => Number(value.toPrecision(5));
  const results = [...samples].map(([{ name, kind }, all]) => {
    const { milliseconds, disturbed } = summary(all);
    return {
      contender: name,
      kind,
      case: benchCase.name,
      milliseconds: round(milliseconds),
      disturbed,
      ...(flops
        ? { gflops: round(flops / milliseconds / 1e6) }
        : { imagesPerSecond: round(benchCase.size / milliseconds * 1e3) }),
    };
  });
  return { results, wrong };
}

/** When and where: what figures are worth nothing without. */
function heading(): string {
  let processor = "an unknown processor";
  try {
    const found = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"));
    processor = found?.[1] ?? processor;
  } catch {
    // Nothing says so there.
  }
  const date = new Date().toISOString().slice(0, 10), { os, arch } = Deno.build;
  return `${date}, ${processor}, ${navigator.hardwareConcurrency} cores, ${os} ${arch}, Deno ${Deno.version.deno}`;
}

/** Shows what is being done: in a terminal on one line that is written over, elsewhere on a line each. */
function note(text: string): void {
  const isTerminal = Deno.stderr.isTerminal();
  if (!isTerminal && text === "") return;
  const line = isTerminal ? `\r\x1b[2K${text}` : `${text}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

/** Measures a figure and prints it. */
async function show(figure: Figure, options: FigureOptions, json = false): Promise<void> {
  const result = await figure.measure(note, options);
  note("");
  if (json) return console.log(JSON.stringify({ figure: figure.name, ...result }));
  console.log(`\n${figure.name}: ${figure.what}`);
  for (const [name, value] of Object.entries(result)) {
    console.log(`  ${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`);
  }
}

/** Checks that a folder is a checkout, and that something is measured of it. */
async function checkCheckout(folder: string, chosen: readonly string[]): Promise<void> {
  if (!chosen.includes(startup.name)) {
    throw new RangeError("--against: is for --only startup; leave it out, or name that");
  }
  if (await Deno.stat(`${folder}/deno.json`).then(({ isFile }) => isFile, () => false)) return;
  throw new RangeError(
    `--against: expected the folder of a checkout, found no ${folder}/deno.json`,
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      only: { type: "string" },
      contenders: { type: "string" },
      quick: { type: "boolean", default: false },
      "one-thread": { type: "boolean", default: false },
      against: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(help);
  const { quick, against } = values, usual = quick ? quickCases.join() : undefined;
  const chosen = choose("case", values.only ?? usual, [...cases, ...figures]);
  const chosenCases = cases.filter((benchCase) => chosen.includes(benchCase));
  if (against !== undefined) await checkCheckout(against, chosen.map(({ name }) => name));
  const oneThread = values["one-thread"];
  let who = choose("contender", values.contenders, contenders)
    .filter((contender) => !oneThread || contender.oneThread);

  // The Vulkan loader prints a line wherever this is not set.
  if (!Deno.env.has("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", await Deno.makeTempDir());
  if (values.only !== undefined) {
    for (const figure of figures) {
      if (chosen.includes(figure)) await show(figure, { against }, values.json);
    }
  }
  if (chosenCases.length === 0) return;
  if (who.some(({ kind }) => kind === "peer")) {
    await installPeers(console.error).catch((error) => {
      console.error(`JavaScript peers skipped: ${error.message}`);
      who = who.filter(({ kind }) => kind !== "peer");
    });
  }
  for (const module of ["torch", "keras"] as const) {
    if (!who.some((contender) => contender.module === module)) continue;
    const reason = await whyNo(module);
    if (reason === undefined) continue;
    console.error(`${module} skipped: ${reason}`);
    who = who.filter((contender) => contender.module !== module);
  }
  if (!values.json) console.log(heading());
  for (const benchCase of chosenCases) {
    const { results, wrong } = await measure(
      benchCase,
      who.filter((contender) => contender.takes(benchCase)),
      { oneThread, quick },
    );
    if (values.json) {
      for (const one of wrong) console.log(JSON.stringify(one));
      for (const { kind: _kind, disturbed: _disturbed, ...result } of results) {
        console.log(JSON.stringify(result));
      }
    } else {
      console.log(`\n${benchCase.name}: ${benchCase.what}\n${formatTable(results, wrong)}`);
    }
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error;
    console.error(`${error.message}\ndeno task bench --help lists the options`);
    Deno.exit(1);
  }
}
