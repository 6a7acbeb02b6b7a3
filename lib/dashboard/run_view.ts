import { isHeld } from "../core/file_lock.ts";
import { writeFileAtomic } from "../core/files.ts";
import { MetricLines } from "./metric_lines.ts";
import type { Mistakes, RunStatus, RunSummary } from "./page/types.ts";
import { ProbeLines } from "./probe_lines.ts";
import { settingsIn } from "./settings.ts";

/** Files that say that something is new when they are. */
const watched = ["run.json", "metrics.jsonl", "probes.jsonl", "tags.json", "stop"] as const;

/** Tags of a run, and letters of one. */
const [mostTags, longestTag] = [20, 40];

/** A run as its folder has it; what it reads is kept until it changes. */
export class RunView {
  readonly #id: string;
  readonly #root: string;
  readonly #metrics: MetricLines;
  readonly #probes: ProbeLines;
  #states = "";
  #content: Readonly<Record<string, unknown>> = {};
  #tags: readonly string[] = [];
  #isAlive = false;
  #revision = 0;

  /** The run in a folder within the folder of all runs. */
  constructor(root: string, id: string) {
    [this.#root, this.#id] = [root, id];
    this.#metrics = new MetricLines(`${this.folder}/metrics.jsonl`);
    this.#probes = new ProbeLines(`${this.folder}/probes.jsonl`);
  }

  /** Where it is. */
  get folder(): string {
    return this.#id === "." ? this.#root : `${this.#root}/${this.#id}`;
  }

  /** Its curves. */
  get metrics(): MetricLines {
    return this.#metrics;
  }

  /** What was seen of its network. */
  get probes(): ProbeLines {
    return this.#probes;
  }

  /** Reads what is new; whether anything is. */
  async refresh(): Promise<boolean> {
    const states = watched.map((name) => stateOf(`${this.folder}/${name}`)).join();
    const isNew = states !== this.#states, isRunning = this.#content.status === "running";
    // The process of a run may end without a word in its files.
    const isAlive = isNew || isRunning ? this.#lives() : this.#isAlive;
    if (!isNew && isAlive === this.#isAlive) return false;
    [this.#states, this.#isAlive] = [states, isAlive];
    this.#content = objectIn(await textOf(`${this.folder}/run.json`));
    const { tags } = objectIn(await textOf(`${this.folder}/tags.json`));
    this.#tags = Array.isArray(tags) ? tags.map(String).slice(0, mostTags) : [];
    await this.#metrics.read(this.#starts);
    this.#revision++;
    return true;
  }

  /** When it began, and went on. */
  get #starts(): number[] {
    const { began, resumed } = this.#content;
    const later = Array.isArray(resumed) ? resumed.map((one) => one?.at) : [];
    return [began, ...later].map((at) => Date.parse(String(at)));
  }

  /** Whether a process writes this run: it has a lock here, or where all runs of an experiment are. */
  #lives(): boolean {
    const parts = this.#id === "." ? [] : this.#id.split("/");
    const folders = parts.map((_, i) => [this.#root, ...parts.slice(0, i + 1)].join("/"));
    return [this.#root, ...folders].some((folder) => {
      try {
        return [...Deno.readDirSync(folder)]
          .some(({ name }) => name.endsWith(".lock") && isHeld(`${folder}/${name}`));
      } catch {
        return false;
      }
    });
  }

  get #status(): RunStatus {
    const { status } = this.#content;
    if (status === "running") return this.#isAlive ? "running" : "died";
    return status === "done" || status === "interrupted" ? status : "failed";
  }

  /** What a table says of it. */
  get summary(): RunSummary {
    const { began, ended, result } = this.#content, status = this.#status;
    const error = objectOf(result).error, settings = settingsIn(this.#content);
    const epochs = settings.epochs;
    return {
      id: this.#id,
      status,
      isStopping: status === "running" && stateOf(`${this.folder}/stop`) !== "",
      began: String(began ?? ""),
      ...typeof ended === "string" && { ended },
      seconds: this.#metrics.seconds,
      ...typeof epochs === "number" && { epochs },
      ...this.#metrics.standing,
      settings,
      latest: this.#metrics.latest,
      result: numbersIn(objectOf(result)),
      ...typeof error === "string" && { error },
      tags: this.#tags,
      revision: this.#revision,
    };
  }

  /** Writes its tags. */
  async tag(tags: readonly string[]): Promise<void> {
    const cleaned = tags.map((tag) => tag.trim().slice(0, longestTag)).filter((tag) => tag !== "");
    const content = { tags: [...new Set(cleaned)].slice(0, mostTags) };
    await writeFileAtomic(`${this.folder}/tags.json`, `${JSON.stringify(content)}\n`);
  }

  /** Asks it to end after the step under way, with a checkpoint; whether it can be asked. */
  async stop(): Promise<boolean> {
    if (this.#status !== "running") return false;
    await Deno.writeTextFile(`${this.folder}/stop`, "");
    return true;
  }

  /** Its mistakes, and which classes were confused. */
  async mistakes(): Promise<Mistakes> {
    const list = parsed(await textOf(`${this.folder}/mistakes/index.json`));
    const confusion = parsed(await textOf(`${this.folder}/mistakes/confusion.json`));
    return {
      mistakes: Array.isArray(list) ? list : [],
      ...confusion !== undefined && { confusion: confusion as Mistakes["confusion"] & object },
    };
  }

  /** A picture of a mistake; undefined where there is none of the name. */
  async picture(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!/^\d+\.png$/.test(name)) return undefined;
    const path = `${this.folder}/mistakes/${name}`;
    try {
      // What a link leads to is not of this run.
      return Deno.lstatSync(path).isFile ? await Deno.readFile(path) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** What changes when a file does; empty where there is none, or no plain one. */
function stateOf(path: string): string {
  try {
    const { isFile, mtime, size, ino } = Deno.lstatSync(path);
    return isFile ? `${Number(mtime)} ${size} ${ino}` : "";
  } catch {
    return "";
  }
}

/** The text of a plain file; empty where there is none. */
async function textOf(path: string): Promise<string> {
  try {
    return Deno.lstatSync(path).isFile ? await Deno.readTextFile(path) : "";
  } catch {
    return "";
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

const objectIn = (text: string) => objectOf(parsed(text));

/** The numbers in a result, by the names that lead to them. */
function numbersIn(value: object, before = ""): Record<string, number> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]): [string, number][] => {
      if (typeof one === "number") return [[before + name, one]];
      return typeof one === "object" && one !== null && !Array.isArray(one)
        ? Object.entries(numbersIn(one, `${before}${name}/`))
        : [];
    }),
  );
}
