/** Drawings of neurons, perceptrons and volumes. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { sizeRule, stagesOf } from "../../../lib/show/drawing/stages.ts";
import { neuron } from "../../../lib/show/plot/neuron.ts";
import { steps } from "../../../lib/show/plot/steps.ts";
import { units } from "../../../lib/show/plot/units.ts";
import { volumes } from "../../../lib/show/plot/volumes.ts";
import { alexnet2012 } from "../../../lib/zoo/alexnet.ts";
import { lenet5 } from "../../../lib/zoo/lenet5.ts";
import { resnet } from "../../../lib/zoo/resnet.ts";
import { vgg } from "../../../lib/zoo/vgg.ts";
import { sequential } from "../../../lib/train/make_model.ts";

const count = (svg: string, part: string) => svg.split(part).length - 1;

Deno.test("volumes: every size follows from the one before, as the paper of AlexNet has it", () => {
  assertEquals(stagesOf(alexnet2012(), "test").flatMap((stage) => sizeRule(stage) ?? []), [
    "(227 − 11)/4 + 1 = 55",
    "(55 − 3)/2 + 1 = 27",
    "27 + 4 − 5 + 1 = 27",
    "(27 − 3)/2 + 1 = 13",
    "13 + 2 − 3 + 1 = 13",
    "13 + 2 − 3 + 1 = 13",
    "13 + 2 − 3 + 1 = 13",
    "(13 − 3)/2 + 1 = 6",
  ]);
  const uneven = sequential([8, 8, 1]).conv2d(2, 3, { stride: 2 });
  assertEquals(stagesOf(uneven, "test").map(sizeRule), ["⌊(8 − 3)/2⌋ + 1 = 3"]);
});

Deno.test("volumes: convolutions that leave one shape are one stage of several", () => {
  assertEquals(
    stagesOf(vgg(16), "test").map(({ role, times }) => role === "convolution" ? times : role),
    [
      2,
      "pooling",
      2,
      "pooling",
      3,
      "pooling",
      3,
      "pooling",
      3,
      "pooling",
      "dense",
      "dense",
      "dense",
    ],
  );
});

Deno.test("volumes: groups are towers, and only layers without groups read both", () => {
  const drawn = volumes(alexnet2012()).svg();
  assertEquals(count(drawn, "2 of<"), 8);
  assertStringIncludes(drawn, "13 x 13 x 192");
  // A window for each pair of blocks that are joined: four at conv3, which reads both towers, and two
  // at each of conv1 to conv5 and both poolings between; pool5 stands in the next row.
  assertEquals(count(drawn, "#ffffff99"), 4 + 6 * 2);
});

Deno.test("volumes: a small net has plates, one for each map; a net that branches is refused", () => {
  const picture = volumes(lenet5(), { title: "LeNet-5" });
  assertEquals(count(picture.svg(), "<rect"), 1 + 1 + 6 + 6 + 16 + 16 + 3);
  assertStringIncludes(picture.text, "28 x 28 x 1 → 28 x 28 x 6 → 14 x 14 x 6");
  assert(picture.width <= 960);
  assert(volumes(lenet5(), { style: "cuboids" }).svg() !== picture.svg());
  assertThrows(() => volumes(resnet(18)), TypeError, "drawGraph");
});

Deno.test("neuron: the net input is the sum of the products and the bias", () => {
  const values = { inputs: [2, -1, 3], weights: [0.5, 1, -0.25], bias: 1, output: 0.562 };
  const picture = neuron(values, { cell: true });
  assertEquals(picture.text, "a neuron: net = 0.25, output 0.56");
  assertStringIncludes(picture.svg(), ">synapses<");
  assert(!neuron(values).svg().includes(">synapses<"));
  assertThrows(
    () => neuron({ ...values, weights: [1] }),
    TypeError,
    "weights: expected 3 elements",
  );
});

const net = {
  activations: [[1, 0], [0.6, 0.2], [0.7]],
  weights: [[[0.5, -1.5], [1, 1]], [[1], [-0.4]]],
};

Deno.test("units: circles have the numbers, lines the signs of the weights", () => {
  const { data, layout } = units({ ...net, deltas: [[], [0.01, NaN], [-0.1]] }, { active: 1 });
  const circles = data.filter(({ mode }) => mode === "markers+text");
  assertEquals(circles.map(({ text }) => text), [["1.00", "0.00"], ["0.60", "0.20"], ["0.70"]]);
  const colors = data.flatMap(({ mode, line, x }) =>
    mode === "lines"
      ? [[(line as { color: string }).color, (x as unknown[]).length / 3]] as const
      : []
  );
  const sum = (color: string) => colors.reduce((n, [c, k]) => c === color ? n + k : n, 0);
  assertEquals([sum("#3d6fa8"), sum("#c0504d")], [4, 2]);
  const notes = layout.annotations as { text: string }[];
  assertEquals(notes.map(({ text }) => text), ["δ = 0.0100", "δ = −0.1000"]);
});

Deno.test("units: parts that do not fit are refused; unknown activations leave circles empty", () => {
  assertThrows(() => units({ ...net, weights: [], deltas: [[1]] }), TypeError, "deltas");
  assertThrows(() => units({ ...net, weights: [[[1, 2]], [[1], [1]]] }), TypeError, "weights[0]");
  assertThrows(() => units({ activations: [[1], Array(13).fill(0)] }), RangeError, "1 to 12 units");
  const { data } = units({ activations: [[1], [NaN]] });
  assertEquals(data.at(-1)!.text, [""]);
});

Deno.test("steps: a slider that says its step, buttons to play, and as many still steps as asked", () => {
  const figures = [0, 1, 2, 3, 4].map((active) =>
    units(net, { active: active % 3, title: `${active}` })
  );
  const figure = steps(figures, { shown: 3, columns: 3, labels: ["a", "b", "c", "d", "e"] });
  const { sliders, updatemenus } = figure.layout as Record<string, [Record<string, unknown>]>;
  assertEquals((sliders![0].currentvalue as { visible: boolean }).visible, true);
  assertEquals(
    (updatemenus![0].buttons as { label: string }[]).map(({ label }) => label),
    ["▶", "❚❚"],
  );
  const svg = figure.svg();
  assertEquals(["a", "b", "c", "d", "e"].map((name) => svg.includes(`>${name}<`)), [
    true,
    false,
    true,
    false,
    true,
  ]);
});

Deno.test("steps: what is the same in all of them stands once, and is seen in each", () => {
  const figures = [0, 1, 2].map((active) => units(net, { active }));
  const { data, frames } = steps(figures);
  const circles = data.flatMap(({ mode }, i) => mode === "markers+text" ? [i] : []);
  assertEquals(frames.map(({ traces }) => traces), [circles, circles, circles]);
  assertEquals(frames.map(({ data }) => data.length), [3, 3, 3]);
  const svg = steps(figures).svg(), lines = data.length - circles.length;
  assert(lines > 0);
  assertEquals(count(svg, 'opacity="0.75"'), 3 * count(figures[0]!.svg(), 'opacity="0.75"'));
  const still = steps([figures[0]!, figures[0]!]);
  assertEquals(still.frames.map(({ data }) => data.length), [1, 1]);
});
