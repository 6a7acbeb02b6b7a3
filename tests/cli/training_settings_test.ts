import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/cli/command.ts";
import {
  modelOf,
  optimizerOf,
  resumedSettings,
  settingsOf,
} from "../../lib/cli/training_settings.ts";
import { type DataName, dataSets } from "../../lib/cli/data_sets.ts";
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

Deno.test("every network of the zoo is made for the data, or says which size of images it needs", async () => {
  const refused: string[] = [];
  for (const { name } of zoo()) {
    for (const [data, { shape }] of Object.entries(dataSets)) {
      const settings = settingsOf({ model: name, data: data as DataName });
      try {
        const net = await modelOf(settings);
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
        "no data here are so large, but a program can bring its own (README.md)",
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
