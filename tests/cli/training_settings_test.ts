import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/cli/command.ts";
import { optimizerFor, optimizerOf } from "../../lib/cli/training_optimizer.ts";
import { modelOf } from "../../lib/cli/training_model.ts";
import {
  type Given,
  headSettings,
  resumedSettings,
  runSchema,
  type Settings,
  settingsOf,
  withWholePaths,
} from "../../lib/cli/training_settings.ts";
import { dataSets } from "../../lib/cli/data_sets.ts";
import { prepareRun } from "../../lib/cli/training_setup.ts";
import { usualSize } from "../../lib/core/preprocessing.ts";
import type { Dataset } from "../../lib/train/dataset.ts";
import { inFolder } from "../folders.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { lenet5 } from "../../lib/zoo/lenet5.ts";
import { zoo } from "../../lib/zoo/zoo.ts";

Deno.test("a run without options is LeNet-5 on digits, three times", () => {
  const { model, data, epochs, optimizer } = settingsOf({});
  assertEquals({ model, data, epochs, optimizer }, {
    model: "lenet5",
    data: "digits",
    epochs: 3,
    optimizer: "sgd",
  });
  assertEquals(settingsOf({ data: "mnist" }).epochs, 10);
});

Deno.test("paths of what is there are whole, so that a run goes on from anywhere", async () => {
  const names = { data: "digits", val: "0.2", weights: "imagenet", labels: "no such file" };
  assertEquals(withWholePaths(names), names);
  assertEquals(withWholePaths({ epochs: 2 }), { epochs: 2 });
  await inFolder(async (folder) => {
    const before = Deno.cwd(), here = await Deno.realPath(folder);
    await Deno.mkdir(`${here}/my runs/a`, { recursive: true });
    await Deno.writeTextFile(`${here}/labels`, "");
    Deno.chdir(`${here}/my runs`);
    try {
      const given = { data: "a", val: "../my runs//a/", labels: "./.././labels", weights: "." };
      // A pattern of shards is no path that is there.
      assertEquals(
        withWholePaths({ data: "a/{0..3}.tar", val: "{4..5}.tar", weights: "b/{0..1}.tar" }),
        {
          data: `${here}/my runs/a/{0..3}.tar`,
          val: `${here}/my runs/{4..5}.tar`,
          weights: "b/{0..1}.tar",
        },
      );
      assertEquals(withWholePaths({ ...given, "val-labels": `${here}/labels` }), {
        data: `${here}/my runs/a`,
        val: `${here}/my runs//a/`,
        labels: `${here}/labels`,
        weights: `${here}/my runs`,
        "val-labels": `${here}/labels`,
      });
    } finally {
      Deno.chdir(before);
    }
  });
});

Deno.test("every optimizer and schedule can be chosen", () => {
  const names = ["sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta", "lion", "lamb"] as const;
  for (const optimizer of names) {
    const settings = settingsOf({ optimizer, "learning-rate": 0.01 });
    assertEquals(optimizerOf(settings).name.toLowerCase(), optimizer);
  }
  const rates = {
    constant: [1, 1, 1],
    step: [1, 0.1, 0.01],
    "multi-step": [1, 1, 0.1],
    exponential: [1, 0.01 ** (1 / 3), 0.01 ** (2 / 3)],
    cosine: [1, 0.75, 0.25],
    "warm-up": [0, undefined, undefined],
    "one-cycle": [0.04, undefined, undefined],
    polynomial: [1, 2 / 3, 1 / 3],
    plateau: [1, 1, 1],
  } as const;
  for (const [schedule, expected] of Object.entries(rates)) {
    const given = { schedule: schedule as keyof typeof rates, "learning-rate": 1, epochs: 3 };
    const { rate } = optimizerOf(settingsOf(given)).schedule;
    expected.forEach((value, epoch) =>
      value === undefined || assertAlmostEquals(rate(epoch), value, 1e-9, schedule)
    );
  }
});

Deno.test("what an optimizer does not take is refused", () => {
  assertThrows(() => settingsOf({ optimizer: "adam", momentum: 0.9 }), UsageError, "--momentum");
  assertThrows(() => optimizerOf(settingsOf({ momentum: 1 })), UsageError, "sgd: momentum");
});

Deno.test("a resumed run has the settings of its checkpoint; only its epochs may change", () => {
  const settings = settingsOf({ model: "mlp", "batch-size": 100 });
  const saved = JSON.stringify(settings);
  assertEquals(resumedSettings(saved, { "batch-size": 100 }, "runs/x"), settings);
  assertEquals(resumedSettings(saved, { epochs: 9 }, "runs/x"), { ...settings, epochs: 9 });
  assertThrows(
    () => resumedSettings(saved, { "batch-size": 50 }, "runs/x"),
    UsageError,
    "--batch-size: the run in runs/x has 100, and goes on with it; leave the option out",
  );
});

Deno.test("each kind of run has what is usual for it, and options come before that", () => {
  const kinds = [
    settingsOf({ data: "./photos" }),
    settingsOf({ data: "./photos", model: "resnet18", "image-size": 96 }),
    settingsOf({ data: "./photos", model: "resnet18", weights: "imagenet", epochs: 2 }),
    settingsOf({ data: "cifar10", model: "cifar-resnet20" }),
    settingsOf({ data: "cifar10", model: "cifar-resnet20", "batch-size": 8, augment: "none" }),
    settingsOf({ data: "mnist", weights: "a.safetensors" }),
  ];
  assertEquals(
    kinds.map(({ usual, model, imageSize, augment, epochs, headEpochs, batchSize }) =>
      [usual, model, imageSize, augment, epochs, headEpochs, batchSize].join(" ")
    ),
    [
      "images cifar-resnet20 64 crop-flip 30 0 16",
      "images resnet18 96 crop-flip 30 0 16",
      "fine-tuning resnet18  crop-flip 2 20 16",
      "residual-cifar cifar-resnet20  cifar 164 0 128",
      "residual-cifar cifar-resnet20  none 164 0 8",
      "fine-tuning    10 20 16",
    ],
  );
  assertEquals(kinds[0]!.imageSize, usualSize);
  const { learningRate, weightDecay, schedule } = kinds[3]!;
  assertEquals([learningRate, weightDecay, schedule], [0.1, 0.0001, "multi-step"]);
  const head = headSettings(kinds[2]!);
  assertEquals([head.epochs, head.learningRate], [20, 0.001]);
  // Those that divide by the size of gradients move each weight by the rate: the trunk by less of it.
  const rates = (["sgd", "adam", "lion"] as const).map((optimizer) => {
    const { learningRate, trunkRate } = settingsOf({ data: "mnist", weights: "a", optimizer });
    return [learningRate, trunkRate];
  });
  assertEquals(rates, [[0.001, 0.1], [0.001, 0.01], [0.0001, 0.01]]);
  assertEquals(settingsOf({ data: "mnist", weights: "a", "trunk-rate": 1 }).trunkRate, 1);
  assertEquals([kinds[0]!.trunkRate, kinds[3]!.trunkRate], [undefined, undefined]);
  assertEquals(settingsOf({ data: "./photos", weights: "a", epochs: 0 }).augment, undefined);
});

Deno.test("numbers that no optimizer takes are refused under the names of their options", () => {
  const refused = [
    ["learning-rate", 0, "--learning-rate: expected a number above 0, found 0"],
    ["momentum", 2, "--momentum: expected a number"],
    ["clip-norm", 0, "--clip-norm: expected a number above 0, found 0"],
  ] as const;
  for (const [name, value, message] of refused) {
    assertThrows(() => runSchema[name].read(value, `--${name}`), Error, message);
  }
});

Deno.test("--clip-norm bounds the gradients of every optimizer", () => {
  const settings = settingsOf({ "clip-norm": 2 });
  const { learningRate, momentum, weightDecay } = settings;
  const clipped = optimizerOf(settings);
  assertEquals(clipped.computesAs(sgd({ learningRate, momentum, weightDecay, clipNorm: 2 })), true);
  assertEquals(clipped.computesAs(sgd({ learningRate, momentum, weightDecay })), false);
});

Deno.test("the layers before the head take their share of the learning rate", () => {
  const settings = settingsOf({ data: "mnist", weights: "a" }), net = lenet5();
  const { learningRate, momentum, weightDecay, schedule, epochs } = settings;
  assertEquals([learningRate, schedule, epochs], [0.001, "cosine", 10]);
  const factors = { "output.kernel": 1, "output.bias": 1, "*": 0.1 };
  const made = optimizerFor(settings, net), plain = { learningRate, momentum, weightDecay };
  assert(made.computesAs(sgd({ ...plain, rateFactors: factors })));
  assert(!made.computesAs(sgd(plain)));
  assert(optimizerFor({ ...settings, trunkRate: 1 }, net).computesAs(sgd(plain)));
  assertEquals(made.schedule.rate(0), 0.001);
});

Deno.test("options that would be ignored are refused, and say what they are for", () => {
  const refused: [Given, string][] = [
    [{ val: "photos" }, "--val: a folder is for images of your own; of digits a share is kept"],
    [{ data: "mnist", "image-size": 32 }, "--image-size: is for a folder of images; mnist has"],
    [{ freeze: "conv1" }, "--freeze: is for weights that were trained before; give --weights"],
    [{ "trunk-rate": 0.5 }, "--trunk-rate: is for weights that were trained before"],
    [{ weights: "a", "trunk-rate": 1, epochs: 0 }, "--trunk-rate: is for epochs after those of"],
    [{ "head-epochs": 2 }, "--head-epochs: is for weights that were trained before"],
    [{ data: "./a", "val-labels": "l.csv" }, "--val-labels: is for the images of a folder"],
    [{ data: "./a", "val-labels": "l.csv", val: "0.5" }, "--val-labels: is for the images"],
    [{ data: "./a", val: "1.5", "val-labels": "x" }, "--val: expected a folder, or a share of the"],
    [{ data: "./a", weights: "b", epochs: 0, ema: true }, "--ema: is for epochs after those of"],
    [
      { balanced: true, "class-weights": "balanced" },
      "--balanced: does what --class-weights balanced does in another way",
    ],
    [
      { data: "./a", val: "./a/" },
      "--val: expected images that are not learnt, found those of --data",
    ],
    [
      { data: "a{0..1}.tar", val: "a{0..1}.tar", classes: "x,y" },
      "--val: expected images that are not learnt, found those of --data: a{0..1}.tar",
    ],
    [
      { data: "./a", val: "./b", test: "./b" },
      "--test: expected images that choose nothing, found those of --val: ./b",
    ],
    [{ epochs: 0 }, "--epochs: expected at least 1; 0 is for a run of the head alone"],
    [
      { data: "digit" },
      'cifar10, found "digit", and there is no such folder; did you mean "digits"?',
    ],
  ];
  for (const [given, message] of refused) {
    assertThrows(() => settingsOf(given), UsageError, message);
  }
});

Deno.test("every network of the zoo is made for the data, or says which size of images it needs", async () => {
  const refused: string[] = [];
  for (const { name } of zoo()) {
    for (const [data, { shape }] of Object.entries(dataSets)) {
      const settings = settingsOf({ model: name, data });
      try {
        const net = await modelOf(settings, { shape, classes: 10 });
        assertEquals([net.inputShape, net.outputShape], [shape, [10]], name);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        refused.push(error.message);
      }
    }
  }
  assertEquals(
    refused.includes(
      "--model: vgg16 takes images of 32 x 32 pixels or more, and those of digits have 28 x 28; " +
        "--data shapes and --data cifar10 will do",
    ),
    true,
  );
  assertEquals(
    refused.includes(
      "--model: alexnet takes images of 63 x 63 pixels or more, and those of cifar10 have 32 x 32; " +
        "no data here are so large, but a folder of images may be (--data DIR)",
    ),
    true,
  );
  const small = refused.filter((message) => message.includes("those of shapes"));
  assertEquals(
    small.map((message) => message.split(" ")[1]),
    ["alexnet", "alexnet-2012", "alexnet-ungrouped", "zfnet", "inception-v3"],
  );
});

Deno.test("the table of data sets knows the images and classes of those that are drawn", async () => {
  for (const name of ["digits", "shapes"] as const) {
    const { shape, load } = dataSets[name], { train } = await load(0, {});
    assertEquals([train.inputs[0]!.shape, train.classes!.length], [shape, 10]);
  }
});

Deno.test("data sets here keep a share for validation, but for runs that began without one", async () => {
  const events = { download() {}, corrupt() {} };
  const setupOf = async (settings: Settings) =>
    await (await prepareRun(settings, undefined))(events);
  const { plain, validation, test } = await setupOf(settingsOf({ model: "mlp" })) as {
    readonly [part in "plain" | "validation" | "test"]: Dataset;
  };
  assertEquals([plain.length, validation.length, test.length], [10800, 1200, 2000]);
  const textsOf = (data: Dataset) =>
    Array.from({ length: data.length }, (_, i) => String(data.get(i).inputs[0]));
  assertEquals(new Set(textsOf(plain)).isDisjointFrom(new Set(textsOf(validation))), true);
  const { val: _, ...before } = settingsOf({ model: "mlp" });
  const old = await setupOf(before);
  assertEquals(old.validation === old.test, true);
  const quarter = await setupOf(settingsOf({ model: "mlp", val: "0.25" }));
  assertEquals((quarter.validation as Dataset).length, 3000);
});
