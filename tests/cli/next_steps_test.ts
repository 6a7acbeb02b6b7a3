import { assert, assertEquals } from "@std/assert";
import { betterEpoch, importsEntry, nextCommands, programLines } from "../../lib/cli/next_steps.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { inFolder } from "../folders.ts";
import { images } from "../images/files.ts";

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

Deno.test("the program that is named runs as it stands, elsewhere with the named deno.json", () =>
  inFolder(async (folder) => {
    const net = sequential([32, 32, 3]).globalAveragePool2d().dense(2);
    net.classes = ["ants", "bees"];
    net.preprocessing = {
      crop: 32,
      channels: "rgb",
      normalization: { mean: [0], standardDeviation: [1] },
    };
    await net.save(`${folder}/model.safetensors`);
    await Deno.writeFile(`${folder}/photo.jpg`, images.get("baseline.jpg")!);
    await Deno.writeTextFile(`${folder}/deno.json`, importsEntry());
    const run = async (data: string) => {
      const program = programLines({ data, output: folder }).join("\n");
      await Deno.writeTextFile(`${folder}/next.ts`, program);
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "--no-check", "next.ts"],
        cwd: folder,
        env: { NO_COLOR: "1", STRIATE_DEVICE: "cpu" },
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };
    assertEquals(await run("digits"), "");
    assertEquals((await run("photos")).match(/name: "(ants|bees)"/g)?.length, 2);
  }));
