import { assert, assertEquals } from "@std/assert";
import { lenet1998, loadModel, setDevice, tensor } from "../../mod.ts";
import { bitmapSize, digitBitmap } from "../../lib/zoo/digit_bitmaps.ts";

Deno.test("lenet1998: C3 reads the maps of the paper's table", () => {
  const net = lenet1998();
  const maps = net.layers.filter(({ type }) => type === "selectChannels")
    .flatMap(({ name, config }) => {
      const channels = config.channels as number[];
      const filters = net.layer(name.replace(".maps", "")).outputShape[2]!;
      const each = channels.length / filters;
      return Array.from(
        { length: filters },
        (_, i) => channels.slice(i * each, (i + 1) * each).toSorted().join(""),
      );
    });
  assertEquals(
    maps,
    "012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345".split(" "),
  );
});

Deno.test("lenet1998: the bitmaps of the digits are all different, of 7x12 pixels", () => {
  const bitmaps = Array.from({ length: 10 }, (_, digit) => digitBitmap(digit));
  for (const bitmap of bitmaps) {
    assertEquals(bitmap.length, bitmapSize);
    assert(bitmap.every((pixel) => pixel === 1 || pixel === -1));
  }
  assertEquals(new Set(bitmaps.map(String)).size, 10);
});

Deno.test("lenet1998: a saved model keeps its bitmaps, which no training changes", async () => {
  await setDevice("cpu", { threads: 2 });
  const net = lenet1998({ seed: 3 });
  const centers = await net.weight("output.centers").read();
  assertEquals(
    Array.from({ length: bitmapSize }, (_, i) => centers[i * 10 + 7]),
    digitBitmap(7),
  );
  const x = tensor(new Float32Array(2 * 784).fill(0.5), { shape: [2, 28, 28, 1] });
  await net.trainOnBatch(x, tensor([1, 2], { dtype: "i32" }));
  const loaded = await loadModel(await net.toBytes());
  assertEquals(await loaded.weight("output.centers").read(), centers);
  assertEquals(await (await loaded.predict(x)).data(), await (await net.predict(x)).data());
});
