import { assert, assertEquals, assertRejects } from "@std/assert";
import { openHdf5 } from "../../lib/weights/hdf5.ts";
import { fixture, source } from "./files.ts";
import { hdf5 } from "./hdf5.ts";

const good = () => fixture("keras_depthwise.h5");

/** The bytes of all datasets. */
async function contents(bytes: Uint8Array): Promise<unknown[]> {
  const file = await openHdf5(source(bytes));
  try {
    return await Promise.all(file.datasets.map((dataset) => file.read(dataset)));
  } finally {
    file.close();
  }
}

Deno.test("HDF5: files that were refused, left open or misread do nothing to the next", async () => {
  const right = await contents(good());
  const left = await openHdf5(source(fixture("keras_kinds.weights.h5"))); // stays open meanwhile
  for (let at = 8; at < good().length; at += 331) {
    await contents(good().fill(0xff, at, at + 16)).catch((error) =>
      assert(error instanceof SyntaxError, String(error))
    );
    if (at % 10 === 8) assertEquals(await contents(good()), right);
  }
  assertEquals(await contents(good()), right);
  assertEquals((await left.read(left.datasets[0]!)).length > 0, true);
  left.close();
  await assertRejects(() => left.read(left.datasets[0]!), Error, "test: the file was closed");
});

Deno.test("HDF5: a file that the library comes to no end with is given up", async () => {
  // As long as this takes no file: the library lists four thousand datasets.
  const dataset = { data: Float32Array.of(1), shape: [1], dtype: "<f" };
  const names = Array.from({ length: 4000 }, (_, i) => [`d${i}`, dataset] as const);
  const bytes = await hdf5(Object.fromEntries(names));
  const impatient = { turns: -1, milliseconds: 1, bytesPerTurn: Infinity };
  await assertRejects(
    () => openHdf5(source(bytes), impatient),
    SyntaxError,
    "the HDF5 library came to no end with it in",
  );
  assertEquals((await contents(bytes)).length, 4000);
});

Deno.test("HDF5: what is asked while the file is closed fails", async () => {
  const file = await openHdf5(source(good()));
  const answer = assertRejects(() => file.read(file.datasets[0]!), Error, "was closed");
  file.close();
  await answer;
  assertEquals((await contents(good())).length, 5);
});

Deno.test("HDF5: a program ends although a file is open", async () => {
  const at = (path: string) => new URL(path, import.meta.url).href;
  const program = `
    import { openWeights } from "${at("../../lib/weights/open.ts")}";
    const file = await openWeights(new URL("${at("../fixtures/keras_depthwise.h5")}"));
    console.log(file.tensors.size);
  `;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-check",
      `data:text/typescript,${encodeURIComponent(program)}`,
    ],
    signal: AbortSignal.timeout(30_000),
  }).output();
  assertEquals([code, new TextDecoder().decode(stdout).trim()], [0, "5"]);
});
