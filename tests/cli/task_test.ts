/** The tasks of deno.json: what they may do, and that the packages they load are the known ones. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { gzip, tar } from "../data/files.ts";
import { inFolder } from "../folders.ts";
import { serve } from "../weights/server.ts";
import { commandWith, lenetFolder } from "./command.ts";
import { taskArguments } from "./task.ts";

const root = new URL("../..", import.meta.url);

/** What --allow-… lets in. */
const kinds = ["read", "write", "net", "ffi", "run", "all"];

interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}
const lock: Lock = JSON.parse(await Deno.readTextFile(new URL("deno.lock", root)));

/** The packages that a folder's modules load when they need them. */
async function packagesIn(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await packagesIn(new URL(`${name}/`, folder)));
    else if (name.endsWith(".ts")) {
      const text = await Deno.readTextFile(new URL(name, folder));
      found.push(...text.match(/npm:(@[a-z0-9-]+\/)?[a-z0-9.-]+@[0-9.]*[0-9]/g) ?? []);
    }
  }
  return found;
}

Deno.test("no command may do everything, or asks the user", () => {
  const kindsOf = (name: string) =>
    taskArguments(name).flatMap((flag) => /^--allow-(\w+)/.exec(flag)?.[1] ?? []);
  assertEquals(kindsOf("train"), ["read", "write", "net", "ffi", "run", "env"]);
  // What shows a page on a desktop, and nothing else.
  assert(
    taskArguments("train").includes(
      "--allow-run=/usr/bin/xdg-open,/usr/bin/open,C:/Windows/explorer.exe",
    ),
  );
  assertEquals(kindsOf("evaluate"), ["read", "write", "net", "ffi", "env"]);
  assertEquals(kindsOf("predict"), ["read", "write", "net", "ffi", "env"]);
  assertEquals(kindsOf("explain"), ["read", "write", "net", "ffi", "env"]);
  assertEquals(kindsOf("profile"), ["read", "write", "net", "ffi", "env"]);
  assertEquals(kindsOf("dashboard"), ["read", "write", "net", "env"]);
  assertEquals(kindsOf("sweep"), ["read", "write", "run", "env"]);
  assertEquals(kindsOf("notebook"), ["read", "write", "run", "env"]);
  assertEquals(kindsOf("notebooks"), ["read", "write", "run", "env"]);
  for (
    const name of [
      "train",
      "evaluate",
      "predict",
      "explain",
      "profile",
      "dashboard",
      "sweep",
      "notebook",
      "notebooks",
    ]
  ) {
    const args = taskArguments(name);
    assert(args.includes("--no-prompt"), name);
    for (const flag of args.filter((flag) => flag.startsWith("--allow-env"))) {
      assert(flag.includes("="), `${name}: expected the names of variables, found ${flag}`);
    }
  }
});

Deno.test("README says what each task may do, as deno.json has it", async () => {
  const page = await Deno.readTextFile(new URL("README.md", root));
  const [, section] = page.split("## What a program may do");
  const rows = Array.from(section!.matchAll(/^\| (`.*?) +\| (`.*?) +\|$/gm), ([, tasks, may]) => ({
    tasks: Array.from(tasks!.matchAll(/`(\w+)`/g), ([, name]) => name!),
    may: Array.from(may!.matchAll(/`(\w+)`(?=,|:|$)/g), ([, kind]) => kind!)
      .filter((kind) => kinds.includes(kind)),
  }));
  const said = Object.fromEntries(
    rows.flatMap(({ tasks, may }) => tasks.map((name) => [name, may.sort()])),
  );
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const allowed = Object.entries<{ command: string }>(tasks).flatMap(([name, { command }]) => {
    const found = Array.from(command.matchAll(/--allow-(\w+)/g), ([, kind]) => kind!);
    return found.length === 0 ? [] : [[name, found.filter((kind) => kind !== "env").sort()]];
  });
  assertEquals(said, Object.fromEntries(allowed));
});

Deno.test("every package that is loaded is locked, with all that it needs", async () => {
  const expected = [...new Set(await packagesIn(new URL("lib/", root)))].sort();
  const locked = Object.keys(lock.specifiers).filter((name) => !name.startsWith("npm:@webgpu/"));
  // How it is written anew: lib/README.md.
  assertEquals(locked.sort(), expected);
  for (const [name, { integrity }] of Object.entries(lock.npm)) {
    assert(/^sha512-[\w+/]{86}==$/.test(integrity), `${name}: ${integrity}`);
  }
  for (const name of ["train", "evaluate", "predict", "explain", "dashboard"]) {
    assertEquals(taskArguments(name).filter((flag) => /lock|frozen/.test(flag)), [
      "--lock",
      "--frozen",
    ]);
  }
});

/** A registry of packages that are others under the locked names, and says that they are right. */
function forgedRegistry() {
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const asked: string[] = [];
  const server = serve(({ url }) => {
    const path = decodeURIComponent(new URL(url).pathname).slice(1);
    asked.push(path);
    const versions = Object.keys(lock.npm).filter((key) => key.startsWith(`${path}@`))
      .map((key) => key.slice(path.length + 1));
    const [, name, version] = /^(.+)\/-\/(.*)\.tgz$/.exec(path) ?? [];
    const tarball = (name: string, version: string) =>
      gzip(tar([{ name: "package/package.json", data: text({ name, version }) }]));
    if (name && version) return new Response(tarball(name, version));
    const dist = (version: string) => ({
      tarball: `${server.address}/${path}/-/${version}.tgz`,
      integrity: `sha512-${createHash("sha512").update(tarball(path, version)).digest("base64")}`,
    });
    const known = versions.map((version) => [version, {
      name: path,
      version,
      dist: dist(version),
    }]);
    return Response.json({ name: path, "dist-tags": {}, versions: Object.fromEntries(known) });
  });
  return { ...server, asked };
}

Deno.test("a package that is another one than the locked is refused when it is loaded", () =>
  inFolder(async (cache) => {
    await using registry = forgedRegistry();
    using folder = await lenetFolder();
    const { code, lines, errors } = await commandWith(
      "predict",
      { DENO_DIR: cache, NPM_CONFIG_REGISTRY: registry.address },
      ...["--weights", folder.at("lenet.safetensors"), folder.at("images/baseline.jpg")],
    );
    assert(registry.asked.length > 0);
    assertEquals([code, lines], [1, [""]]);
    assertStringIncludes(errors, "need the package npm:sharp@");
    assertStringIncludes(errors, "checksum did not match");
  }));

Deno.test("train downloads no package, nor does deno task on its behalf", () =>
  inFolder(async (cache) => {
    const asked: string[] = [];
    await using registry = serve(({ url }) => {
      asked.push(url);
      return new Response("no", { status: 404 });
    });
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["task", "train", "--model", "mlp", "--device", "cpu", "--batch-size", "500"],
        ...["--epochs", "1", "--out", `${cache}/run`],
      ],
      cwd: root,
      env: { DENO_DIR: `${cache}/deno`, NPM_CONFIG_REGISTRY: registry.address, NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    assertEquals(asked, []);
  }));

Deno.test("train loads nothing before its first step that other data or options need", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "lib/cli/train.ts"],
    cwd: root,
  }).output();
  interface Module {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier: string };
      readonly isDynamic?: boolean;
    }[];
  }
  const { roots, modules }: { roots: string[]; modules: Module[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>(), waiting = [...roots];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (loaded.has(next)) continue;
    loaded.add(next);
    for (const { code, isDynamic } of byName.get(next)?.dependencies ?? []) {
      if (code && !isDynamic) waiting.push(code.specifier);
    }
  }
  const late = /\/lib\/(images|augment|vision|evaluate|weights|plotly_svg|show)\/|\/node:|^npm:/;
  assert(loaded.size > 50, `${loaded.size} modules`);
  assertEquals([...loaded].filter((name) => late.test(name)), []);
});
