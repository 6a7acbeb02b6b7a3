import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { digits } from "../../data/digits.ts";
import { type Confusions, keepMistakes, type Mistake } from "../../lib/cli/mistakes.ts";
import { trainingPage } from "../../lib/cli/pages/training_page.ts";
import { keepSamples } from "../../lib/cli/samples.ts";
import { TestImages } from "../../lib/cli/test_images.ts";
import { imageFolder } from "../../lib/images/image_folder.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { decodeImage } from "../../lib/vision/decode.ts";
import { filesIn, inFolder } from "../folders.ts";
import { useCpu } from "../train/helpers.ts";
import { squares } from "./squares.ts";

Deno.test("mistakes are kept as pictures with a list, the surest first", () =>
  inFolder(async (folder) => {
    await useCpu(1);
    const { test } = digits({ train: 1, test: 100 });
    const net = sequential([28, 28, 1], { seed: 3 }).flatten().dense(10);
    net.normalization = test.normalization;
    const images = await TestImages.ask(net, test), count = images.mistakes.length;
    const kept = await keepMistakes(images, `${folder}/mistakes`);
    const list: Mistake[] = JSON.parse(await Deno.readTextFile(`${folder}/mistakes/index.json`));
    assertEquals(list, kept);
    const { top1 } = await net.evaluate(test);
    assertEquals(count, Math.round((1 - top1!) * 100));
    assert(count > 25);
    const files = [...list.map(({ file }) => file), "confusion.json", "index.json"];
    assertEquals(filesIn(`${folder}/mistakes`), files);
    const path = `${folder}/mistakes/confusion.json`;
    const { classes, counts }: Confusions = JSON.parse(await Deno.readTextFile(path));
    assertEquals(classes, test.classes);
    const right = counts.reduce((sum, [a, b, count]) => a === b ? sum + count : sum, 0);
    assertEquals(counts.reduce((sum, [, , count]) => sum + count, 0), 100);
    assertEquals(right, 100 - count);
    assertEquals(list.length, 25);
    assertEquals(
      list.map((one) => one.probability),
      list.map((one) => one.probability).sort().reverse(),
    );
    for (const { file, index, label, predicted } of [list[0]!, list[24]!]) {
      const example = test.get(index);
      const { data } = await decodeImage(await Deno.readFile(`${folder}/mistakes/${file}`));
      const red = data.filter((_, i) => i % 3 === 0);
      assertEquals([...red], [...example.inputs[0]!]);
      assertEquals(label, test.classes![example.targets[0]![0]!]);
      assert(predicted !== label);
    }
  }));

Deno.test("mistakes of images in files say which; corrupt ones are left out", () =>
  inFolder(async (folder) => {
    await useCpu(1);
    await squares(`${folder}/data`, { dark: 10, light: 200 }, 5);
    await Deno.writeTextFile(`${folder}/data/dark/bad.png`, "no image");
    const { test } = await imageFolder(`${folder}/data`, { size: 8, split: 0.9 });
    const net = sequential([8, 8, 3], { seed: 3 }).flatten().dense(2);
    net.normalization = test.normalization;
    net.preprocessing = { ...net.preprocessing, channels: "bgr" };
    await net.evaluate(test);
    const images = await TestImages.ask(net, test), count = images.mistakes.length;
    const kept = await keepMistakes(images, `${folder}/mistakes`);
    const list: Mistake[] = JSON.parse(await Deno.readTextFile(`${folder}/mistakes/index.json`));
    assertEquals(list, kept);
    assertEquals(list.length, count);
    assert(count > 0);
    for (const { image, label, index } of list) {
      assert(image!.startsWith(`${label}/`));
      assertEquals(test.names[index], image);
    }
  }));

Deno.test("a sample of each of five classes is kept, named after its class", () =>
  inFolder(async (folder) => {
    await useCpu(1);
    const { test } = digits({ train: 1, test: 60 });
    const net = sequential([28, 28, 1], { seed: 3 }).flatten().dense(10);
    net.normalization = test.normalization;
    await keepSamples(await TestImages.ask(net, test), `${folder}/samples`);
    const files = filesIn(`${folder}/samples`);
    assertEquals(files.length, 5);
    for (const file of files) {
      const label = Number(file.replace(".png", ""));
      const index = Array.from({ length: 60 }, (_, i) => i)
        .find((i) => test.get(i).targets[0]![0] === label)!;
      const { data } = await decodeImage(await Deno.readFile(`${folder}/samples/${file}`));
      assertEquals([...data.filter((_, i) => i % 3 === 0)], [...test.get(index).inputs[0]!]);
    }
  }));

Deno.test("the page of a training needs no network, and no name in it is markup", () =>
  inFolder(async (folder) => {
    await useCpu(1);
    const { train, test } = digits({ train: 64, test: 40 });
    const net = sequential([28, 28, 1], { seed: 3 }).conv2d(4, 3).relu().flatten().dense(10);
    net.classes = [..."012345678", "<script>alert(9)</script>"];
    const named = test.map((example) => example, { classes: net.classes });
    const history = await net.fit(train.map((example) => example, { classes: net.classes }), {
      epochs: 2,
      progress: false,
    });
    const images = await TestImages.ask(net, named);
    const mistakes = await keepMistakes(images, `${folder}/mistakes`);
    assert(mistakes.length > 0);
    const content = await trainingPage({
      ...{ net, history, images, mistakes, folder: `${folder}/mistakes` },
      ...{ title: "a & b", plan: [["data", "<i>"]], seconds: 61 },
      test: await net.evaluate(named),
      tested: "test",
    });
    assertStringIncludes(content, "<title>a &amp; b</title>");
    assertStringIncludes(content, "trained in 1:01");
    assertStringIncludes(content, "&lt;i&gt;");
    for (const heading of ["Course", "What is taken for what", "Mistakes", "Filters", "Settings"]) {
      assertStringIncludes(content, `<h2>${heading}</h2>`);
    }
    assert(!/<script|<i>|https?:\/\//.test(content), "no script, no address");
    assertEquals(content.match(/data:image\/png/g)!.length, mistakes.length);
  }));
