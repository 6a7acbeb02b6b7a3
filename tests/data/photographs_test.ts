import { assert, assertEquals, assertRejects } from "@std/assert";
import { photographs } from "../../data/photographs.ts";
import { cacheFolder } from "../../lib/core/cache.ts";
import { ChecksumError } from "../../lib/core/errors.ts";
import { filesIn, inFolder } from "../folders.ts";
import { withServer } from "./files.ts";

const names = ["cat"] as const;

Deno.test("photographs: a name that there is not, and a file that is another one", () =>
  inFolder(async (mirror) => {
    const wrong = ["cats"] as string[] as "cat"[];
    await assertRejects(() => photographs({ names: wrong }), RangeError, 'did you mean "cat"?');
    await Deno.mkdir(`${mirror}/photographs`);
    await Deno.writeFile(`${mirror}/photographs/cat.jpg`, new Uint8Array(270029));
    await assertRejects(() => photographs({ names, mirror }), ChecksumError, "cat.jpg");
  }));

Deno.test("photographs: a mirror at a URL is asked for them, and what it sends is checked", () =>
  inFolder(async (cache) => {
    const asked: string[] = [];
    const answer = ({ url }: Request) => {
      asked.push(new URL(url).pathname);
      return new Response(new Uint8Array(270029));
    };
    await withServer(answer, async (mirror) => {
      await assertRejects(() => photographs({ names, mirror, cache }), ChecksumError, "cat.jpg");
    });
    assert(asked.every((path) => path === "/photographs/cat.jpg"), String(asked));
    assertEquals(filesIn(`${cache}/photographs`).filter((name) => !name.endsWith(".part")), []);
  }));

Deno.test("photographs: without a network the error says so, and what to do", () =>
  inFolder(async (cache) => {
    const program = `
      import { photographs } from "${new URL("../../data/photographs.ts", import.meta.url)}";
      await photographs({ names: ["cat"], cache: Deno.args[0] }).catch((error) => console.log(error.message));`;
    await Deno.writeTextFile(`${cache}/main.ts`, program);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--cached-only", "-A", `${cache}/main.ts`, cache],
      env: { DENO_DIR: `${cache}/deno`, NO_COLOR: "1", STRIATE_MIRROR: "" },
      stderr: "null",
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert(
      /^Photographs need the package npm:@stdlib\/.*run this once with a network/s.test(said),
      said,
    );
  }));

const cached = (() => {
  try {
    return filesIn(`${cacheFolder()}/photographs`).length === 6;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "photographs: all six, decoded (skipped unless the cache folder has them)",
  ignore: !cached,
  fn: async () => {
    const all = await photographs({ cache: cacheFolder() });
    assertEquals(all.map(({ name, width, height }) => [name, width, height]), [
      ["cat", 1024, 510],
      ["flower", 807, 1024],
      ["leaves", 790, 1024],
      ["airplane", 1024, 717],
      ["mountains", 1024, 484],
      ["boats", 1024, 819],
    ]);
    for (const { width, height, data, source, license } of all) {
      assertEquals(data.length, width * height * 3);
      assert(source.startsWith("https://www.getty.edu/art/"));
      assertEquals(license, "CC0-1.0");
    }
  },
});
