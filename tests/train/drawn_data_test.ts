/** How hard the drawn data sets are: too hard for a linear model, not for a convolutional one. */
import { assert } from "@std/assert";
import { digits } from "../../data/digits.ts";
import { shapes } from "../../data/shapes.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { adam, sgd } from "../../lib/train/optimizers.ts";
import { cosineDecay } from "../../lib/train/learning_rate.ts";
import { lenet5 } from "../../lib/zoo/lenet5.ts";
import { useCpu } from "./helpers.ts";

await useCpu();

/** The share of test images that a model is right on after its training. */
async function learn(
  net: Model,
  { train, test }: ReturnType<typeof digits>,
  epochs: number,
  optimizer = sgd({ learningRate: cosineDecay(0.05, { epochs }), momentum: 0.9 }),
): Promise<number> {
  await net.fit(train, { epochs, batchSize: 32, optimizer });
  const { top1 } = await net.evaluate(test);
  return top1!;
}

const report = (what: string, share: number) =>
  console.log(`${what}: top-1 ${(100 * share).toFixed(2)} %`);

Deno.test("digits: a linear model stays below 93 %, LeNet-5 reaches 98 % in 3 epochs", async () => {
  const data = digits();
  const linear = await learn(
    sequential([28, 28, 1]).flatten().dense(10),
    data,
    3,
    adam({ learningRate: cosineDecay(0.002, { epochs: 3 }) }),
  );
  const convolutional = await learn(lenet5(), data, 3);
  report("digits, linear", linear);
  report("digits, LeNet-5", convolutional);
  assert(linear < 0.93, `linear ${linear}`);
  assert(convolutional >= 0.98, `LeNet-5 ${convolutional}`);
});

Deno.test("shapes: a linear model stays below 50 %, a small convolutional one exceeds 90 %", async () => {
  const data = shapes();
  const linear = await learn(
    sequential([32, 32, 3]).flatten().dense(10),
    data,
    3,
    adam({ learningRate: cosineDecay(0.001, { epochs: 3 }) }),
  );
  const net = sequential([32, 32, 3])
    .conv2d(16, 3, { padding: "same", bias: false }).batchNorm().relu().maxPool2d(2)
    .conv2d(32, 3, { padding: "same", bias: false }).batchNorm().relu().maxPool2d(2)
    .conv2d(64, 3, { padding: "same", bias: false }).batchNorm().relu().globalAveragePool2d()
    .dense(10);
  const convolutional = await learn(
    net,
    data,
    2,
    adam({ learningRate: cosineDecay(0.005, { epochs: 2 }) }),
  );
  report("shapes, linear", linear);
  report("shapes, three convolutions", convolutional);
  assert(linear < 0.5, `linear ${linear}`);
  assert(convolutional > 0.9, `convolutional ${convolutional}`);
});
