import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/cli/options.ts";
import { modelOf, optimizerOf, resumedSettings, settingsOf } from "../../lib/cli/settings.ts";
import { digits } from "../../data/digits.ts";
import { shapes } from "../../data/shapes.ts";

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
  for (const optimizer of ["sgd", "adam", "adamw", "rmsprop", "adagrad"] as const) {
    const settings = settingsOf({ optimizer, "learning-rate": 0.01 });
    assertEquals(optimizerOf(settings).name.toLowerCase(), optimizer);
  }
  const rates = {
    constant: [1, 1, 1],
    step: [1, 0.1, 0.01],
    exponential: [1, 0.01 ** (1 / 3), 0.01 ** (2 / 3)],
    cosine: [1, 0.75, 0.25],
    "warm-up": [0, undefined, undefined],
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

Deno.test("both models fit images of every size", () => {
  for (const data of [digits({ train: 10, test: 1 }), shapes({ train: 10, test: 1 })]) {
    for (const model of ["mlp", "lenet5"] as const) {
      const net = modelOf(settingsOf({ model }), data.train);
      assertEquals(net.outputShape, [10]);
      assertEquals(net.inputShape, data.train.inputs[0]!.shape);
    }
  }
});
