/** Programs of a user's, with no other permissions than README.md names. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { filesIn, inFolder } from "./folders.ts";
import { images } from "./images/files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Deno's folder of packages, as `deno info` names it. */
const npm: string = await (async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
})();

/** Runs a program in a folder, without a check of types; returns what it says. */
async function run(folder: string, program: string, ...flags: string[]): Promise<string> {
  const main = `import * as striate from "${root}mod.ts";\n${program}`;
  await Deno.writeTextFile(`${folder}/main.ts`, main);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", ...flags, "main.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

const threads = `${root}lib/device/cpu`;

Deno.test("permissions: training, checkpoints, saved models", () =>
  inFolder(async (folder) => {
    const program = `
      await striate.setDevice("cpu");
      const net = striate.sequential([28, 28, 1]).flatten().dense(10);
      const { train } = striate.digits({ train: 64 });
      const directory = Deno.args[0], save = directory && { checkpoint: { directory } };
      await net.fit(train, { progress: false, ...save });
      if (directory) await net.save(directory + "/net.safetensors");
      console.log((await net.predict(train.take(2))).shape);`;
    assertEquals(await run(folder, program, `--allow-read=${threads}`), "[ 2, 10 ]\n");
    const refused = await run(folder, program);
    assert(/DeviceError: .*run with --allow-read=.*\/lib\/device\/cpu/.test(refused), refused);
    const saving = program.replace("Deno.args[0]", '"out"');
    const read = `--allow-read=${threads},out`;
    assertEquals(await run(folder, saving, read, "--allow-write=out"), "[ 2, 10 ]\n");
    assertEquals(filesIn(`${folder}/out`), ["checkpoint.safetensors", "net.safetensors"]);
    const denied = await run(folder, saving, read);
    assert(/cannot write out.*run again with the --allow-write flag/.test(denied), denied);
  }));

Deno.test("permissions: decoding images, and drawing them", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/image.jpg`, images.get("baseline.jpg")!);
    const decode = `
      const { width, height } = await striate.decodeImage(await Deno.readFile("image.jpg"));
      console.log(width > 0, height > 0);`;
    const flags = [
      `--allow-ffi=${npm}`,
      `--allow-read=${root}lib,${npm},/usr/bin/ldd,image.jpg`,
      "--allow-env=MALLOC_ARENA_MAX,npm_package_config_libvips",
    ];
    assertEquals(await run(folder, decode, ...flags), "true true\n");
    for (const [i, name] of ["ffi", "read", "env"].entries()) {
      const said = await run(folder, decode, ...flags.filter((_, at) => at !== i));
      assert(said.includes(`the --allow-${name} flag`), said);
    }
    const module = JSON.stringify(`${root}lib/vision/image_pool.ts`);
    const pool = `const { ImagePool } = await import(${module}); new ImagePool({});`;
    const unread = await run(folder, pool);
    assert(/NotCapable: images: .*run with --allow-read=.*\/lib\/$/m.test(unread), unread);
    const draw = `console.log((await striate.plot.line([1, 2]).png()).length > 0);`;
    assertEquals(await run(folder, draw, `--allow-read=${npm}`), "true\n");
    const undrawn = await run(folder, draw);
    assert(/NotCapable: .* may not be read: run again with --allow-read/.test(undrawn), undrawn);
  }));

Deno.test("permissions: downloads, and a cache that nobody may know of", () =>
  inFolder(async (folder) => {
    const program = `await striate.mnist().catch((error) => console.log(error.message));`;
    const unknown = await run(folder, program);
    assert(/set STRIATE_CACHE to a folder, and run with the --allow-env flag/.test(unknown));
    const cache = program.replace("mnist()", 'mnist({ cache: "cache" })');
    const said = await run(folder, cache, "--allow-read=cache", "--allow-write=cache");
    assert(/Requires net access to ".*", run again with the --allow-net flag/.test(said), said);
    assertEquals(filesIn(`${folder}/cache/mnist`), []);
  }));
