import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeSafetensors } from "../../lib/core/safetensors/write.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { openWeights } from "../../lib/weights/open.ts";
import { inFolder } from "../folders.ts";
import { fixture } from "./files.ts";
import { serve } from "./server.ts";

const shard = (...names: string[]) =>
  encodeSafetensors(names.map((name) => [name, {
    shape: name.endsWith("bias") ? [2] : [2, 2],
    dtype: "f32",
    data: Float32Array.from({ length: name.endsWith("bias") ? 2 : 4 }, (_, i) => i),
  }]));

const first = "model-00001-of-00002.safetensors", second = "model-00002-of-00002.safetensors";
const index = "model.safetensors.index.json";
const weight_map = {
  "a.weight": first,
  "a.bias": first,
  "b.weight": second,
  "b.bias": second,
};
const indexed = (weight_map: unknown, metadata: unknown = { total_size: 48 }) =>
  new TextEncoder().encode(JSON.stringify({ metadata, weight_map }, null, 2));
const files: Record<string, Uint8Array> = {
  [index]: indexed(weight_map),
  [first]: shard("a.weight", "a.bias"),
  [second]: shard("b.weight", "b.bias"),
};

const net = () => sequential([2]).dense(2, { name: "a" }).dense(2, { name: "b" });

/** A folder with these files instead of, or beside, the usual ones; undefined for none. */
const withFiles = (
  changed: Record<string, Uint8Array | undefined>,
  use: (folder: string) => Promise<void>,
) =>
  inFolder(async (folder) => {
    for (const [name, bytes] of Object.entries({ ...files, ...changed })) {
      if (bytes) await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    await use(folder);
  });

Deno.test("shards: by their index, by their folder, by a file URL and by a URL", async () => {
  await withFiles({ "README.md": new Uint8Array(3) }, async (folder) => {
    await using server = serve(async (request) => {
      const { pathname } = new URL(request.url);
      return new Response(await Deno.readFile(`${folder}${pathname}`));
    });
    const places = [
      ...[`${folder}/${index}`, folder, `${folder}/`, `file://${folder}/${index}`],
      ...[new URL(`file://${folder}/${index}`), `${server.address}/${index}?download=true`],
    ];
    for (const place of places) {
      const loaded = net();
      const { matched } = await loadWeights(loaded, place);
      assertEquals(matched.length, 4, String(place));
      assertEquals([...await loaded.weight("b.kernel").read()], [0, 2, 1, 3]);
    }
  });
});

for (const name of ["pytorch_model.bin.index.json", "pytorch_model.bin.index.fp16.json"]) {
  Deno.test(`shards: of PyTorch, in a folder with ${name}`, async () => {
    const map = Object.fromEntries(
      ["conv.weight", "bn.running_var"].map((name) => [name, "pytorch_model-00001-of-00001.bin"]),
    );
    await inFolder(async (folder) => {
      await Deno.writeFile(`${folder}/${name}`, indexed(map));
      await Deno.writeFile(`${folder}/pytorch_model-00001-of-00001.bin`, fixture("pth_net.pth"));
      using file = await openWeights(folder);
      assertEquals([file.format, file.tensors.has("fc.weight")], ["pytorch", true]);
    });
  });
}

Deno.test("shards: what is missing or in the wrong place is named", async () => {
  const refuse = (
    changed: Record<string, Uint8Array | undefined>,
    kind: typeof SyntaxError | typeof Deno.errors.NotFound,
    message: string,
  ) =>
    withFiles(changed, async (folder) => {
      await assertRejects(() => openWeights(`${folder}/${index}`), kind, message);
    });
  await refuse({ [second]: undefined }, Deno.errors.NotFound, `expected the shard ${second}`);
  await refuse(
    { [index]: indexed({ ...weight_map, "b.bias": first }) },
    SyntaxError,
    `expected "b.bias" in ${first}, found it in ${second}`,
  );
  await refuse(
    { [index]: indexed({ ...weight_map, "c.bias": first }) },
    SyntaxError,
    `expected "c.bias" in ${first}, found it in no shard`,
  );
  await refuse(
    { [second]: shard("b.weight", "b.bias", "a.bias") },
    SyntaxError,
    'two tensors are named "a.bias"',
  );
  await refuse({ [second]: files[second]!.subarray(0, -1) }, SyntaxError, "cut short");
  await refuse({ [index]: indexed(undefined) }, SyntaxError, "no weight_map");
  await refuse({ [index]: indexed({}) }, SyntaxError, "0 shards");
  await refuse({ [index]: files[index]!.subarray(0, -9) }, SyntaxError, "no JSON");
  await refuse({ [index]: indexed({ a: index }) }, SyntaxError, "another index of shards");
  for (const name of ["../x", "/etc/passwd", "a/b", "..", "http://a/b", "C:\\x", "", 3]) {
    await refuse({ [index]: indexed({ a: name }) }, SyntaxError, "is no file's name");
  }
});

Deno.test("shards: one alone says that there are others", async () => {
  await withFiles({}, async (folder) => {
    await assertRejects(
      () => loadWeights(net(), `${folder}/${first}`),
      TypeError,
      "one of several shards",
    );
  });
  await assertRejects(() => openWeights(files[index]!), TypeError, "found its bytes");
});

Deno.test("openWeights: a folder with one file of weights, with several, with none", async () => {
  await inFolder(async (folder) => {
    await assertRejects(() => openWeights(folder), TypeError, "found a folder without; name");
    await Deno.writeFile(`${folder}/a.safetensors`, files[first]!);
    using file = await openWeights(folder);
    assert(file.where.endsWith("/a.safetensors"));
    await Deno.writeFile(`${folder}/b.safetensors`, files[second]!);
    await assertRejects(() => openWeights(folder), TypeError, "a.safetensors, b.safetensors");
  });
});

Deno.test("openWeights: a download has at most as many bytes as are asked for", async () => {
  await using server = serve(() => new Response(files[first]!.slice()));
  const url = `${server.address}/${first}`;
  await assertRejects(() => openWeights(url, { mostBytes: 100 }), RangeError, url);
  using file = await openWeights(url, { mostBytes: 1000 });
  assertEquals(file.tensors.size, 2);
});
