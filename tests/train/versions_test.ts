/** Files that earlier versions have written are read by this one, and mean the same. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import * as library from "../../mod.ts";
import { type Files, model, pixels, run, train } from "../fixtures/versions/run.ts";
import { useCpu } from "./helpers.ts";

await useCpu();

const folder = fileURLToPath(new URL("../fixtures/versions/", import.meta.url));
const versions = [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory)
  .map(({ name }) => name);

const assertNear = (found: ArrayLike<number>, expected: readonly number[], tolerance: number) => {
  assertEquals(found.length, expected.length);
  expected.forEach((value, i) => assertAlmostEquals(found[i]!, value, tolerance));
};

for (const version of versions) {
  const expected: Files = JSON.parse(await Deno.readTextFile(`${folder}${version}/expected.json`));

  Deno.test(`a model of ${version} predicts what it did`, async () => {
    const net = await library.loadModel(`${folder}${version}/model.safetensors`);
    assertEquals(net.classes, ["ball", "box", "cone"]);
    const outputs = [await net.predict(pixels(library))].flat();
    for (const [i, output] of outputs.entries()) {
      assertNear(await output.data(), expected.predictions[i]!, 1e-5);
    }
    // Its architecture is still that of the program which made it.
    const { architecture } = await model(library);
    assertEquals(net.architecture.values, architecture.values);
    assertEquals(
      net.architecture.layers.map(({ name }) => name),
      architecture.layers.map(({ name }) => name),
    );
  });

  Deno.test(`a run of ${version} goes on from its checkpoint as it did`, async () => {
    const net = train(library), { data, options } = run(library);
    const history = await net.fit(data, { ...options(), resume: `${folder}${version}` });
    assertEquals(history.stopped ?? null, expected.stopped);
    assertEquals(history.epochs.length, expected.losses.length);
    for (const [i, { loss, learningRate, validation }] of history.epochs.entries()) {
      assertNear([loss, validation!.loss], expected.losses[i]!, 1e-4);
      assertAlmostEquals(learningRate, expected.rates[i]!, 1e-9);
    }
    assertNear(await (await net.predict(data)).data(), expected.afterwards, 1e-3);
    const loaded = await library.loadModel(`${folder}${version}/checkpoint.safetensors`);
    assertEquals((await loaded.predict(data)).shape, [70, 3]);
  });
}

Deno.test("there are files of more than one version", () => assert(versions.length >= 2));
