/** Every network of the zoo against the definition that its published weights come from. */
import { assertEquals } from "@std/assert";
import { tensor } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { zoo, zooEntry } from "../../lib/zoo/zoo.ts";
import {
  logitsError,
  type ZooFixture,
  zooFixtures,
  zooImages,
  zooWeights,
} from "../fixtures/zoo.ts";
import { Largest } from "../largest.ts";

const fixtures = zooFixtures();
const errors = new Largest("networks against their definitions", 1e-4);

/** The logits of a network with weights under their published names, for images of bytes. */
async function logitsOf({ network, form, side, width, variance, logits }: ZooFixture) {
  const entry = zooEntry(network), caffe = form === null ? undefined : entry.caffe!;
  const { preprocessing } = caffe ?? entry, classes = logits[0]!.length;
  const channels = preprocessing.channels === "gray" ? 1 : 3;
  const net = (caffe ?? entry).build({ classes, inputShape: [side, side, channels], width });
  const bytes = zooWeights(net, variance, caffe?.names);
  await loadWeights(net, bytes, { ...caffe && { map: caffe.names } });
  net.preprocessing = preprocessing;
  const pixels = zooImages(logits.length, side, preprocessing);
  const x = tensor(pixels, { shape: [logits.length, ...net.inputShape] });
  return await (await net.predict(x)).data();
}

for (const fixture of fixtures) {
  const { network, form, logits } = fixture;
  const name = `${network}${form ? ` in ${form}'s form` : ""}`;
  Deno.test(`${name}: logits of its published definition`, async () => {
    await setDevice("cpu", { threads: 2 });
    errors.check(logitsError(await logitsOf(fixture), logits), name);
  });
}

Deno.test("no network and no form of its weights is without a definition", () => {
  const expected = zoo().flatMap(({ name, caffe }) => [name, ...caffe ? [`${name} caffe`] : []]);
  const found = fixtures.map(({ network, form }) => form ? `${network} ${form}` : network);
  assertEquals(found.toSorted(), expected.toSorted());
});
