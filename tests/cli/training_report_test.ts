import { assert, assertEquals } from "@std/assert";
import { betterEpoch, nextCommands, programLines } from "../../lib/cli/training_report.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { inFolder } from "../folders.ts";

Deno.test("what can come next is of what was run", () => {
  const next = (model: string | undefined, data: string) =>
    nextCommands({ ...model && { model }, data, output: "runs/my net" })
      .filter((line) => !line.startsWith("# "))
      .map((line) => line.replace(/^.*(?=(train|predict|evaluate) )/, ""));
  const look = "predict --weights 'runs/my net' 'runs/my net/samples'";
  assertEquals(next("lenet5", "digits"), [
    look,
    "train --data mnist",
    "train --model mlp --data digits",
    "train --help",
  ]);
  assertEquals(next("mlp", "mnist"), [
    look,
    "train --data fashion-mnist",
    "train --data mnist",
    "train --help",
  ]);
  assertEquals(next(undefined, "photos"), [
    look,
    "evaluate --weights 'runs/my net' --images DIR",
    "train --help",
  ]);
  // Each is below what it does.
  const lines = nextCommands({ model: "mlp", data: "shapes", output: "runs/x" });
  assert(lines.every((line, i) => line.startsWith("# ") === (i % 2 === 0)));
});

Deno.test("an epoch that did better than the last is told", () => {
  const epochs = (...top1: number[]) => ({
    epochs: top1.map((top1, i) => ({
      ...{ epoch: i + 1, step: i, learningRate: 0.1, seconds: 1, imagesPerSecond: 1 },
      ...{ loss: 1, top1: 0.5, validation: { loss: 1, top1 } },
    })),
  });
  assertEquals(
    betterEpoch(epochs(0.5, 0.75, 0.25)),
    "epoch 2 was better in validation, 75.00 %: what is saved is the network after the last",
  );
  for (const none of [epochs(), epochs(0.5), epochs(0.25, 0.5, 0.5)]) {
    assertEquals(betterEpoch(none), undefined);
  }
});

Deno.test("the program that is named runs as it stands", () =>
  inFolder(async (folder) => {
    await sequential([3]).dense(2).save(`${folder}/model.safetensors`);
    const library = new URL("../../mod.ts", import.meta.url).href;
    const program = programLines(folder).join("\n").replace("@striate/striate", library);
    await Deno.writeTextFile(`${folder}/next.ts`, `${program}\nexport { net };\n`);
    const { net } = await import(`file://${folder}/next.ts`);
    assertEquals(net.inputShape, [3]);
  }));
