/** The pages for who reads the code say what is so: places, names, floors. */
import { assert, assertEquals } from "@std/assert";

const root = new URL("..", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, root));

/** Every file under a folder of the repository. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, root))].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

const sources = ["lib", "kernels", "data"].flatMap(filesIn);
const files = [...sources, ...["tests", "notebooks"].flatMap(filesIn)];
/** The files that a page means by a path, of which it may leave the beginning out; or by a folder. */
const meant = (path: string) =>
  files.filter((file) => file === path || file.endsWith(`/${path}`) || file.startsWith(`${path}/`));

/** The rows of the tables of a page, as texts. */
const rowsOf = (page: string) =>
  page.split("\n").filter((line) => line.startsWith("| ")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
const codeIn = (text: string) => Array.from(text.matchAll(/`([^`\n]+)`/g), ([, code]) => code!);

const guide = read("lib/README.md"), cpu = read("kernels/cpu/README.md");

Deno.test("each file and folder that the pages name is there", () => {
  const paths = codeIn(guide + cpu).filter((code) =>
    /^[\w./]+\.(ts|wgsl|md|py)$/.test(code) ||
    /^(lib|kernels|tests|data|notebooks)(\/|$)/.test(code)
  );
  assert(paths.length > 50, `${paths.length} paths`);
  assertEquals(paths.filter((path) => meant(path.replace(/^\.\.\/|\/$/g, "")).length === 0), []);
  const folders = rowsOf(cpu.split("## ")[0]!).flatMap(([folder]) => codeIn(folder!));
  const there = [...Deno.readDirSync(new URL("kernels/cpu", root))].filter((e) => e.isDirectory);
  assertEquals(folders.toSorted(), there.map(({ name }) => name).sort());
});

Deno.test("each contract that the page names is exported where it says", () => {
  const contracts = rowsOf(guide).filter(([what, where]) =>
    codeIn(what!).length > 0 && codeIn(where!).some((path) => path.startsWith("lib/"))
  );
  assert(contracts.length > 9, `${contracts.length} contracts`);
  for (const [what, where] of contracts) {
    const text = codeIn(where!).flatMap(meant).map(read).join("\n");
    for (const name of codeIn(what!)) {
      const isThere = new RegExp(
        `export (abstract )?(interface|class|type|function) ${name}\\b|^  (override )?${name}\\(`,
        "m",
      ).test(text);
      assert(isThere, `${name} in ${where}`);
    }
  }
});

const statement =
  /^(?:import|export)\b[^;]*?from "(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"|^import "(\.[^"]+)"/gm;
/** What each module imports, types included. */
const imports = new Map(
  sources.filter((file) => file.endsWith(".ts")).map((file) => {
    const places = Array.from(
      read(file).matchAll(statement),
      ([, from, later, alone]) => new URL((from ?? later ?? alone)!, new URL(file, root)).pathname,
    );
    return [file, places.map((place) => place.slice(root.pathname.length))];
  }),
);

Deno.test("a file imports only from floors below its own, as the page has them", () => {
  const floors = rowsOf(guide).flatMap(([floor, folders]) =>
    /^\d+$/.test(floor!) ? codeIn(folders!).map((folder) => [folder, Number(floor)] as const) : []
  );
  const floorOf = (file: string) => floors.find(([folder]) => file.startsWith(`${folder}/`));
  const upward: string[] = [];
  for (const [file, places] of imports) {
    const own = floorOf(file);
    assert(own !== undefined, `${file} is on no floor`);
    for (const place of places) {
      const other = floorOf(place);
      if (other === own || other !== undefined && other[1] < own[1]) continue;
      if (own[0] === "lib/device" && other?.[0] === "kernels") continue;
      upward.push(`${file} imports ${place}`);
    }
  }
  assertEquals(upward, []);
  assert([...imports.values()].flat().length > 1500);
});

Deno.test("nothing imports in a circle but the ops that say so", () => {
  /** All that a module imports, by way of others too. */
  const reached = (from: string) => {
    const found = new Set(imports.get(from));
    for (const place of found) for (const next of imports.get(place) ?? []) found.add(next);
    return found;
  };
  const inCircles = [...imports.keys()].filter((file) => reached(file).has(file));
  const ops = ["elementwise", "layout", "reduce"].map((name) => `lib/graph/ops/${name}.ts`);
  assertEquals(inCircles.sort(), ops);
  for (const file of ops) assert(read(file).includes("the only circle of imports"), file);
});
