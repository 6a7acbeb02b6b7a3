import { assertEquals } from "@std/assert";
import { lenet5 } from "../../lib/zoo/lenet5.ts";
import { mlp } from "../../lib/zoo/mlp.ts";

Deno.test("LeNet-5 has the parameters and multiply-adds of its layers", () => {
  const net = lenet5();
  assertEquals([net.parameters, net.multiplyAdds], [61706, 416520]);
  const shapes = net.layers.map(({ name, outputShape }) => [name, outputShape]);
  assertEquals(Object.fromEntries(shapes.filter(([name]) => /^[cs]\d/.test(name as string))), {
    c1: [28, 28, 6],
    s2: [14, 14, 6],
    c3: [10, 10, 16],
    s4: [5, 5, 16],
    c5: [120],
  });
});

Deno.test("LeNet-5 takes other images and classes", () => {
  const net = lenet5({ classes: 7, inputShape: [32, 32, 3] });
  assertEquals([net.layer("s4").outputShape, net.outputShape], [[5, 5, 16], [7]]);
});

Deno.test("the perceptron has the hidden layers that are asked for", () => {
  assertEquals(mlp({ hidden: [128] }).parameters, 784 * 128 + 128 + 128 * 10 + 10);
  assertEquals(mlp({ hidden: [] }).parameters, 7850);
  assertEquals(mlp({ hidden: [128], width: 0.5 }).parameters, mlp({ hidden: [64] }).parameters);
  assertEquals(mlp({ hidden: [30, 20], inputShape: [8] }).layers.map(({ name }) => name), [
    "flatten1",
    "hidden1",
    "relu1",
    "hidden2",
    "relu2",
    "output",
  ]);
});

Deno.test("first weights depend on the seed", async () => {
  const first = async (seed: number) => await lenet5({ seed }).weight("c1.kernel").read();
  assertEquals(await first(1), await first(1));
  assertEquals((await first(1))[0] === (await first(2))[0], false);
});
