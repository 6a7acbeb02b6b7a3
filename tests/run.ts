/**
 * `deno task test`: installs what the tests need, then checks and tests everything. The last line
 * is the count. Where a terminal is there, it asks before it installs anything; `--yes` says so before.
 * With other arguments less is done:
 *
 * - `deno task test --quick` installs nothing, and leaves out the folders of tests that take longest;
 * - `deno task test mish` runs the tests with a word in their names that begins with "mish", on every
 *   device that there is, and nothing else: it neither installs anything nor checks types;
 * - `deno task test tests/data --filter mnist` runs the tests that paths and options choose: they
 *   go to `deno test` as they are.
 *
 * @module
 */
import { dirname } from "node:path";
import { filesWith, filterFor, wordsOf } from "./setup/aim.ts";
import { installNeeds, unmetNeeds } from "./setup/install.ts";
import { type Counts, countTests } from "./setup/junit.ts";
import { runByLine, runQuietly } from "./setup/process.ts";

const help = `Installs what the tests need, then checks and tests everything, in about 20 minutes.

  deno task test [--yes | --quick]   all of it, or what takes a few minutes
  deno task test WORD ...            tests with a word in their names that begins so, on each device
  deno task test PATH ... [options]  tests by their files; options go to deno test as they are

  --quick  installs nothing, and leaves out the folders of tests that take longest
  --yes    installs what is missing without asking (a terminal is asked; elsewhere nobody is)
  --help   shows this

The last line is the count; where a test failed, the exit code is 1.

Examples
  deno task test --quick
  deno task test gelu
  deno task test tests/data --filter mnist`;
if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
  console.log(help);
  Deno.exit();
}

const deno = Deno.execPath(); // `deno` itself may not be on the PATH
const root = dirname(import.meta.dirname!);
Deno.chdir(root);

const scratch = await Deno.makeTempDir({ prefix: "striate-test-" });
// The Vulkan loader prints a line wherever this is not set.
if (!Deno.env.has("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", scratch);
// Mesa's software adapter: what runs once or twice is compiled longer than it runs, if compiled well.
if (!Deno.env.has("GALLIVM_PERF")) Deno.env.set("GALLIVM_PERF", "nopt");
// The output below is read by this script; colours would be in its way.
Deno.env.set("NO_COLOR", "1");

/** Whether what takes longest is left out, and whether to install is agreed to. */
const isQuick = Deno.args.includes("--quick"), isAgreed = Deno.args.includes("--yes");
const args = Deno.args.filter((arg) => arg !== "--quick" && arg !== "--yes");

const total: Counts = { passed: 0, failed: 0, skipped: [] };
/** Processes that crashed as they ended. */
const crashes: string[] = [];
/** Files of tests, and those that are done: how far this is. */
let files = 0, filesDone = 0;
const began = performance.now();
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** How far all files of tests are, and since when: " 34 %  3:12". */
function progress(done: number): string {
  if (files === 0) return "      ";
  const [share, time] = [
    Math.floor(100 * done / files),
    Math.floor((performance.now() - began) / 1000),
  ];
  const clock = `${Math.floor(time / 60)}:${String(time % 60).padStart(2, "0")}`;
  return `${String(Math.min(99, share)).padStart(3)} % ${clock.padStart(5)}`;
}

/** How many files of tests there are in a folder. */
async function testFiles(folder: string): Promise<number> {
  let count = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    count += isDirectory ? await testFiles(path) : Number(name.endsWith("_test.ts"));
  }
  return count;
}

/** The packages that modules of folders load where they use them, and so while tests run. */
async function packagesOf(...folders: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const visit = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) await visit(path);
      else if (name.endsWith(".ts")) {
        const text = await Deno.readTextFile(path);
        for (const [specifier] of text.matchAll(/npm:[@a-z0-9/._-]+@[0-9.]+[0-9]/g)) {
          found.add(specifier);
        }
      }
    }
  };
  for (const folder of folders) await visit(folder);
  return [...found].sort();
}

/** A check that either passes or fails; what it says is shown only when it fails. */
async function check(name: string, ...args: string[]): Promise<void> {
  const start = performance.now();
  const { ok, output } = await runQuietly([deno, ...args]);
  ok ? total.passed++ : total.failed++;
  console.log(`${ok ? "ok    " : "FAILED"} ${name} (${seconds(start)})`);
  if (ok) return;
  const lines = output.trimEnd().split("\n");
  const shown = lines.slice(0, 80);
  if (lines.length > shown.length) shown.push(`(${lines.length - shown.length} more lines)`);
  console.log(`\n$ deno ${args.join(" ")}\n${shown.join("\n")}\n`);
}

/**
 * Runs `deno test`, showing a line a file, what tests print, and failures whole; a file's lines come
 * together, whatever else runs at the same time.
 */
async function test(name: string, args: readonly string[], verbose = false): Promise<void> {
  const start = performance.now();
  const report = `${scratch}/${name.replaceAll(/\W/g, "-")}.xml`;
  const always = ["--preload=tests/setup/leaks.ts", `--junit-path=${report}`];
  const ignored = new Set<string>(); // the report also lists as skipped what --filter leaves out
  let failures = false; // from the heading ERRORS on, every line is shown
  let held: string[] = [];
  const flush = () => {
    if (held.length > 0) console.log(held.join("\n"));
    held = [];
  };
  let isVerdictGood = false; // of deno test itself, which it gives when all tests have ended
  const { success, signal } = await runByLine(
    [deno, "test", "--allow-all", ...always, ...args],
    (line, end) => {
      // The longest takes two minutes; said so that nobody waits for what will never come.
      if (/ has been running for over \(16m/.test(line)) {
        held.push(line, "It hangs: the tests are ended.");
        return end();
      }
      isVerdictGood ||= /^ok \| \d+ passed/.test(line);
      const skipped = /^(.*) \.\.\. ignored\b/.exec(line)?.[1];
      if (skipped !== undefined) ignored.add(skipped);
      failures ||= /^ ERRORS\s*$/.test(line);
      const file = /^running (\d+) tests? from (.*)$/.exec(line);
      if (verbose) return console.log(line);
      if (file) flush();
      const routine = file?.[1] === "0" ||
        /^(Check|Download|Initialize) |^(ok|FAILED) \| /.test(line) ||
        /^-+ (post-test )?output( end)? -+$/.test(line) ||
        / \.\.\.( (ok|ignored|.*\d steps?\)).*)?$/.test(line) || line.trim() === "";
      if (failures) held.push(line);
      else if (file) {
        held.push(`${progress(filesDone++)} ${file[2]?.replace(/^\.\//, "")} (${file[1]})`);
      } else if (!routine) held.push(`         ${line}`);
    },
  );
  flush();
  const counts = countTests(await Deno.readTextFile(report).catch(() => ""));
  // Seldom, memory is found to be damaged while a process is taken down whose tests have all passed;
  // by what is not known. That is told, and is no verdict on the tests.
  const crashed = isVerdictGood && (signal === "SIGABRT" || signal === "SIGSEGV");
  if (crashed) crashes.push(`${name}: ${signal}, after all its tests had passed`);
  const ok = success || crashed;
  // A module that cannot be loaded, or a process that dies, fails without a test that failed.
  if (!ok && counts.failed === 0) counts.failed = 1;
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped.push(
    ...counts.skipped.filter((test) => ignored.has(test.slice(test.indexOf(": ") + 2))),
  );
  // Where no test has a name that was looked for, that is for the caller to say.
  if (ok && counts.passed + counts.failed + ignored.size === 0) return;
  console.log(`${ok ? "ok    " : "FAILED"} ${name}: ${counts.passed} passed (${seconds(start)})`);
}

/** The tests with one of the words in their names, in the folders and files given if any are. */
async function runNamed(words: readonly string[]): Promise<string[]> {
  const paths = args.filter((arg) => !words.includes(arg));
  const files = paths.length > 0 ? paths : await filesWith(words, "tests");
  await test("tests", ["--no-check", "--filter", filterFor(words), ...files], true);
  if (total.passed + total.failed + total.skipped.length === 0) {
    console.log(`No test has a word in its name that begins with ${words.join(" or ")}.`);
    total.failed++;
  }
  return total.skipped.length > 0 ? (await unmetNeeds()).map(({ otherwise }) => otherwise) : [];
}

/** Whether something may be installed, which is asked where somebody can answer. */
function mayInstall(what: readonly string[]): boolean {
  if (isAgreed || !Deno.stdin.isTerminal()) return true;
  console.log(`Some tests need what this machine lacks: ${what.join(", ")}.`);
  return confirm("Install it with apt-get? Without it these tests are skipped.");
}

/** Installs what is needed, then runs the tests that the arguments choose, or checks everything. */
async function runAfterSetup(): Promise<string[]> {
  const missing = isQuick
    ? (await unmetNeeds()).map(({ otherwise }) => otherwise)
    : await installNeeds(console.log, mayInstall);
  // Deno hangs where tests fetch packages for the first time, several at once.
  await runQuietly([deno, "cache", ...await packagesOf("lib", "tests/notebooks")]);
  // As the commands load them: what a package brings along may have newer versions than the locked.
  await runQuietly([deno, "cache", "--lock", "--frozen", ...await packagesOf("lib")]);
  if (args.length > 0) {
    await test("tests", args, true);
    return missing;
  }
  for (const folder of isQuick ? fast : ["tests"]) files += await testFiles(folder);
  console.log(
    `${files} files of tests, which take ${isQuick ? "about three" : "about twenty"} minutes on ` +
      "two free cores",
  );
  await runAll(isQuick ? quickJobs() : await jobs());
  return missing;
}

/** Folders whose tests say soonest whether something broke. */
const fast = ["augment", "compile", "core", "data", "graph", "images", "nn", "setup", "train"]
  .map((name) => `tests/${name}`);

/** Folders whose tests take longest, the longest first. */
const slow = ["notebooks", "zoo", "evaluate", "cli", "show", "parallel", "docs", "device"];

/** What has examples. */
const withExamples = ["mod.ts", "lib", "data", "kernels", "README.md"];

/** The folders of tests: those that take longest, then those with most files. */
async function testFolders(): Promise<string[]> {
  const counts = new Map<string, number>();
  for await (const { name, isDirectory } of Deno.readDir("tests")) {
    const count = isDirectory ? await testFiles(`tests/${name}`) : 0;
    if (count > 0) counts.set(name, count);
  }
  const rank = (name: string) => slow.includes(name) ? slow.length - slow.indexOf(name) : 0;
  const names = [...counts.keys()];
  return names.sort((a, b) => rank(b) - rank(a) || counts.get(b)! - counts.get(a)!);
}

/**
 * Everything there is to do, what takes longest first: a job for each folder, so that none is left
 * running alone for long at the end.
 */
async function jobs(): Promise<(() => Promise<void>)[]> {
  // The types are checked below. Checked here, a test that imports a package as it runs would have
  // Deno check everything anew, for minutes.
  const tests = (name: string, ...paths: string[]) => () => test(name, ["--no-check", ...paths]);
  const [longest, ...others] = (await testFolders()).map((name) => tests(name, `tests/${name}`));
  const loose = [...Deno.readDirSync("tests")].filter(({ name }) => name.endsWith("_test.ts"));
  return [
    longest!,
    // Those that type-check come one after another: each finds the work of the last in the cache.
    async () => {
      await check("types", "check");
      await check("documentation", "doc", "--lint", "mod.ts");
      await check("package", "publish", "--dry-run", "--allow-dirty");
      // They are run by tests/docs, all in one process.
      await check("examples", "check", "--doc-only", ...withExamples);
    },
    ...others,
    tests("all the rest", ...loose.map(({ name }) => `tests/${name}`)),
    async () => {
      await check("format", "fmt", "--check");
      await check("lint", "lint");
    },
  ];
}

/** What takes a few minutes. */
const quickJobs = (): (() => Promise<void>)[] => [
  () => check("types", "check"),
  async () => {
    await check("format", "fmt", "--check");
    await check("lint", "lint");
  },
  () => test("tests", ["--no-check", ...fast]),
];

/** Runs jobs two at a time, in processes of their own, so that none sees what another changes. */
async function runAll(jobs: (() => Promise<void>)[]): Promise<void> {
  const work = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
  };
  await Promise.all([work(), work()]);
}

const words = wordsOf(args);
const missing = words.length > 0 ? await runNamed(words) : await runAfterSetup();

if (total.skipped.length > 0) {
  console.log(`\nSkipped:\n  ${total.skipped.join("\n  ")}`);
  for (const reason of missing) console.log(reason);
}
if (crashes.length > 0) console.log(`\nCrashed at the end:\n  ${crashes.join("\n  ")}`);
await Deno.remove(scratch, { recursive: true });
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
Deno.exit(total.failed === 0 ? 0 : 1);
