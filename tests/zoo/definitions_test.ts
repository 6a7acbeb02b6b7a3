/** Every network of the zoo against the definition that its published weights come from. */
import { assertEquals } from "@std/assert";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { zoo, zooEntry } from "../../lib/zoo/zoo.ts";
import {
  logitsError,
  logitsOf,
  type ZooFixture,
  zooFixtures,
  zooWeights,
} from "../fixtures/zoo.ts";
import { Largest } from "../largest.ts";

const fixtures = zooFixtures();
const errors = new Largest("networks against their definitions", 1e-4);

/** A network with weights under their published names, and what it does to bytes. */
async function networkOf({ network, form, side, width, variance }: ZooFixture) {
  const entry = zooEntry(network), caffe = form === "caffe" ? entry.caffe! : undefined;
  const { preprocessing } = caffe ?? entry;
  const channels = preprocessing.channels === "gray" ? 1 : 3;
  const options = { classes: 10, inputShape: [side, side, channels], width };
  const net = (caffe ?? entry).build({
    ...options,
    ...form === "auxiliary" && { auxiliary: true },
  });
  const bytes = zooWeights(net, variance, caffe?.names);
  await loadWeights(net, bytes, { ...caffe && { map: caffe.names } });
  return { net, preprocessing };
}

for (const fixture of fixtures) {
  const { network, form, logits } = fixture;
  const name = `${network}${form ? ` (${form})` : ""}`;
  Deno.test(`${name}: logits of its published definition`, async () => {
    await setDevice("cpu", { threads: 2 });
    const { net, preprocessing } = await networkOf(fixture);
    errors.check(logitsError(await logitsOf(net, fixture, preprocessing), logits), name);
  });
}

Deno.test("no network and no form of its weights is without a definition", () => {
  const expected = zoo().flatMap(({ name, caffe }) => [name, ...caffe ? [`${name} caffe`] : []]);
  const found = fixtures.filter(({ form }) => form !== "auxiliary")
    .map(({ network, form }) => form ? `${network} ${form}` : network);
  assertEquals(found.toSorted(), expected.toSorted());
});
