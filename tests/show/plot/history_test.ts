import { assertEquals, assertThrows } from "@std/assert";
import { history } from "../../../lib/show/plot/history.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

const run = (validated: boolean, loss = [2, 1]) => ({
  epochs: loss.map((loss, i) => ({
    epoch: i + 1,
    loss,
    top1: 1 - loss / 4,
    learningRate: 0.1,
    ...validated ? { validation: { loss: loss + 0.5, top1: 0.5 } } : {},
  })),
});

Deno.test("history: loss and accuracy, training dotted and validation solid", () => {
  const { data, layout } = history(run(true)) as Loose;
  assertEquals(
    data.map(({ name, y, line, yaxis }: Loose) => [name, y, line.dash, yaxis]),
    [
      ["training", [2, 1], "dot", "y"],
      ["validation", [2.5, 1.5], "solid", "y"],
      ["training", [0.5, 0.75], "dot", "y2"],
      ["validation", [0.5, 0.5], "solid", "y2"],
    ],
  );
  assertEquals([layout.yaxis.title.text, layout.yaxis2.title.text], ["loss", "accuracy"]);
  assertEquals(data[0].x, [1, 2]);
});

Deno.test("history: several by name, each in its colour", () => {
  const { data } = history({ relu: run(true), tanh: run(false) }, { metrics: ["loss"] }) as Loose;
  assertEquals(data.map(({ name }: Loose) => name), [
    "relu, training",
    "relu, validation",
    "tanh, training",
  ]);
  assertEquals([data[0].line.color === data[1].line.color, data[2].line.dash], [true, "solid"]);
});

Deno.test("history: messages name the function and the argument", () => {
  const bad = (value: Loose, options: Loose = {}) => () => history(value, options);
  assertThrows(bad({ epochs: [] }), RangeError, "plot.history: expected epochs, found none");
  assertThrows(bad({ a: 3 }), TypeError, "plot.history: a: expected what fit returns");
  assertThrows(bad({}), RangeError, "plot.history: expected a history");
  assertThrows(bad(run(false), { metrics: ["los"] }), RangeError, 'did you mean "loss"?');
  assertThrows(bad(run(false), { metrics: ["top5"] }), RangeError, "top5 was not measured");
});

Deno.test("history: outputs are told apart, and any measure can be asked for", () => {
  const outputs = (loss: number) => ({
    kind: { loss, top1: 0.5 },
    side: { loss: loss / 2, accuracy: 0.75, metrics: { share: 0.1 } },
  });
  const two = {
    epochs: [1, 2].map((epoch) => ({
      epoch,
      loss: 3 / epoch,
      top1: 0.5,
      outputs: outputs(2 / epoch),
      validation: { loss: 6, outputs: outputs(4) },
    })),
  };
  const { data, layout } = history(two) as Loose;
  assertEquals(data.map(({ name, y, yaxis }: Loose) => [name, y, yaxis]), [
    ["loss, training", [3, 1.5], "y"],
    ["loss, validation", [6, 6], "y"],
    ["kind.loss, training", [2, 1], "y"],
    ["kind.loss, validation", [4, 4], "y"],
    ["side.loss, training", [1, 0.5], "y"],
    ["side.loss, validation", [2, 2], "y"],
    ["kind.top1, training", [0.5, 0.5], "y2"],
    ["kind.top1, validation", [0.5, 0.5], "y2"],
    ["side.accuracy, training", [0.75, 0.75], "y2"],
    ["side.accuracy, validation", [0.75, 0.75], "y2"],
  ]);
  assertEquals([layout.yaxis.title.text, layout.yaxis2.title.text], ["loss", "accuracy"]);
  const { data: [share] } = history(two, { metrics: ["side.share"] }) as Loose;
  assertEquals(share.y, [0.1, 0.1]);
  assertThrows(
    () => history(two, { metrics: ["side.shar"] }),
    RangeError,
    'did you mean "side.share"?',
  );
  const binary = { epochs: [{ epoch: 1, loss: 1, accuracy: 0.5 }] };
  assertEquals((history(binary) as Loose).layout.yaxis2.title.text, "accuracy");
});
