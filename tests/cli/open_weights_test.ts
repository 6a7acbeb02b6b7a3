import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UsageError } from "../../lib/cli/command.ts";
import { openWeightsOf } from "../../lib/cli/open_weights.ts";
import { saveWeights } from "../../lib/weights/save.ts";
import { zooEntry } from "../../lib/zoo/zoo.ts";
import { inFolder } from "../folders.ts";

Deno.test("weights of another network are refused in a few lines, in the command's words", async () => {
  await inFolder(async (folder) => {
    const place = `${folder}/weights.safetensors`;
    await saveWeights(zooEntry("mlp").build(), place);
    const { report } = await openWeightsOf("mlp", place, {});
    assertEquals(report.missing, []);
    const error = await assertRejects(() => openWeightsOf("lenet5", place, {}), UsageError);
    assertEquals(
      error.message,
      `--weights: ${place} is not of lenet5: 1 of 10 weights fit; 1 of another shape ` +
        "(output.kernel: [84, 10], found [256, 10]), 8 missing (c1.kernel), 2 that lenet5 has not " +
        "(hidden1.kernel). Give the network that the weights are of: --model NAME",
    );
  });
});

Deno.test("published weights are of a network that has them, and it is to be named", async () => {
  const refused = async (model: string | undefined, place: string) =>
    (await assertRejects(() => openWeightsOf(model, place, {}), UsageError)).message;
  assertEquals(
    (await refused(undefined, "imagenet")).replace(/; \S+ .*$/, ""),
    "--weights imagenet: say of which network, such as --model squeezenet1.1 (5 MB)",
  );
  assertStringIncludes(
    await refused("resnet34-plain", "imagenet"),
    "no weights of resnet34-plain are",
  );
  assertEquals(
    await refused("cifar-resnet20", "imagenet"),
    "--weights imagenet: the published weights of cifar-resnet20 are of cifar10: --weights cifar10",
  );
});
