import { assertEquals, assertRejects } from "@std/assert";
import { augmentationSteps } from "../../lib/cli/augmentation_option.ts";
import { UsageError } from "../../lib/cli/command.ts";
import { inFolder } from "../folders.ts";

const shape = [32, 32, 3];

Deno.test("--augment: a preset is made for the size of the images", async () => {
  const types = async (name: string, side: number) =>
    (await augmentationSteps(name, [side, side, 3])).map(({ type }) => type);
  assertEquals(await types("crop-flip", 20), ["randomCrop", "randomHorizontalFlip"]);
  assertEquals(await types("cifar", 40), ["randomCrop", "randomHorizontalFlip"]);
  assertEquals(await types("imagenet", 96), ["randomResizedCrop", "randomHorizontalFlip"]);
  assertEquals((await types("alexnet", 64)).at(-1), "pcaColor");
});

Deno.test("--augment: a file lists steps; what is wrong with it is said with its name", () =>
  inFolder(async (folder) => {
    const path = `${folder}/steps.json`;
    const stepsIn = async (text: string) => {
      await Deno.writeTextFile(path, text);
      return await augmentationSteps(path, shape);
    };
    const [step] = await stepsIn('[{ "type": "randomErasing" }]');
    assertEquals(step!.type, "randomErasing");
    const refused = [
      ["[{", `--augment: ${path}: Expected property name`],
      ["{}", `--augment: ${path}: augmentation: expected a list of steps`],
      ['[{ "type": "flip" }]', 'augmentation: step 1: unknown type "flip"'],
      [
        '[{ "type": "randomCrop", "pading": 4 }]',
        'unknown option "pading"; did you mean "padding"?',
      ],
      ['[{ "type": "randomCrop", "size": 64 }]', "--augment: augmentation: step 1, randomCrop"],
      [
        '[{ "type": "resize", "size": 16 }]',
        "expected images of [32, 32, 3] to stay of that shape",
      ],
    ] as const;
    for (const [text, message] of refused) {
      await assertRejects(() => stepsIn(text), UsageError, message);
    }
    await assertRejects(
      () => augmentationSteps(folder, shape),
      UsageError,
      `--augment: ${folder}: expected a file of steps that can be read: `,
    );
    await assertRejects(
      () => augmentationSteps("crop-flop", shape),
      UsageError,
      '--augment: unknown preset "crop-flop"; did you mean "crop-flip"? Known: crop-flip, cifar, ' +
        "alexnet, imagenet, none. There is no such file either",
    );
  }));
