/** Questions of notebooks 1 to 5: from a neuron to training well. */
import { conv2d, lenet5, ones, sequential, softmax, tensor, zeros } from "../../mod.ts";
import type { Question } from "../check.ts";

export const questions: Readonly<Record<string, Question>> = {
  "01.1": {
    ask: "A neuron has the weights (2, −1) and the bias 0.5. What is its net input at (3, 4)?",
    answer: () => 2 * 3 + -1 * 4 + 0.5,
    hint: "Multiply each input by its weight, add the products, then add the bias.",
    why: "2·3 − 1·4 + 0.5 = 2.5.",
  },
  "01.2": {
    ask: "What is the largest slope of the sigmoid?",
    answer: () => 0.5 * (1 - 0.5),
    hint: "The slope is f·(1 − f), and f goes from 0 to 1. Where is the product largest?",
    why: "At 0 the sigmoid is a half, and ½·½ = ¼.",
  },
  "01.3": {
    ask: "How many of the four cases of XOR can one threshold neuron get right at most?",
    answer() {
      const cases = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]] as const, grid = [-1, 0, 1];
      const right = grid.flatMap((u) =>
        grid.flatMap((v) =>
          [-1.5, -0.5, 0.5, 1.5].map((b) =>
            cases.filter(([x, y, t]) => Number(u * x + v * y + b >= 0) === t).length
          )
        )
      );
      return Math.max(...right);
    },
    hint: "A line that cuts off one corner of the square gets how many right?",
    why: "One corner apart from the three others: three right, and never all four.",
  },
  "02.1": {
    ask: "How many weights and biases has a network 784 → 128 → 10?",
    answer: () => sequential([784]).dense(128).relu().dense(10).parameters,
    hint: "A dense layer from n to m has n·m weights and m biases.",
    why: "784·128 + 128 + 128·10 + 10 = 101,770.",
  },
  "02.2": {
    ask:
      "A unit has the activation 0.9 (sigmoid), and the error's derivative by it is 2. What is δ, " +
      "its derivative by the net input?",
    answer: () => 2 * 0.9 * (1 - 0.9),
    hint: "The chain rule: times the slope of the sigmoid, o·(1 − o).",
    why: "2·0.9·0.1 = 0.18: a unit that is sure learns slowly.",
  },
  "02.3": {
    ask: "The error is 4·w². From which learning rate on does descent no longer converge?",
    answer: () => 2 / 8,
    hint: "A step is w − rate·8w = (1 − 8·rate)·w. When is the factor as large as 1?",
    why: "With 0.25 the factor is −1: w jumps from side to side for ever.",
  },
  "03.1": {
    ask: "An image 32 pixels wide, a window of 5, stride 1, no padding. How wide is the output?",
    answer: () => conv2d(zeros([1, 32, 32, 1]), ones([5, 5, 1, 1])).shape[2]!,
    hint: "(W + 2P − F)/S + 1.",
    why: "(32 − 5)/1 + 1 = 28, as in the first layer of LeNet.",
  },
  "03.2": {
    ask: "How many weights and biases has a layer of 16 kernels of 5 x 5 on 6 maps?",
    answer: () => sequential([14, 14, 6]).conv2d(16, 5).parameters,
    hint: "A kernel goes through all maps; and each has one bias.",
    why: "16·(5·5·6 + 1) = 2,416.",
  },
  "03.3": {
    ask: "How many pixels across does a unit see after three layers of 3 x 3 with stride 1?",
    answer: () =>
      sequential([32, 32, 1]).conv2d(1, 3).conv2d(1, 3).conv2d(1, 3).receptiveFields().at(-1)!
        .size[0],
    hint: "Each layer adds a pixel at both sides.",
    why: "3, then 5, then 7: as one window of 7 x 7.",
  },
  "04.1": {
    ask: "The scores of two classes are 1 and 0. What is the softmax of the first?",
    answer: async () => (await softmax(tensor([1, 0])).data())[0]!,
    tolerance: 0.01,
    hint: "e to the power of 1, divided by the sum of both powers.",
    why: "e/(e + 1) = 0.731: the sigmoid of the difference.",
  },
  "04.2": {
    ask: "What is the loss of an untrained network on 1,000 classes, about?",
    answer: () => Math.log(1000),
    tolerance: 0.01,
    hint: "It gives each class a thousandth.",
    why: "log 1000 = 6.91: where every training on ImageNet begins.",
  },
  "04.3": {
    ask: "What share of LeNet-5's parameters is in its two convolutions (0 to 1)?",
    answer() {
      const net = lenet5(),
        of = (name: string) => net.summary().rows.find((row) => row.name === name)!.parameters;
      return (of("c1") + of("c3")) / net.parameters;
    },
    tolerance: 0.02,
    hint: "156 and 2,416, of 61,706.",
    why: "4 %: the dense layers have the weights, the convolutions the work.",
  },
  "05.1": {
    ask: "60,000 examples in batches of 100: how many steps is an epoch?",
    answer: () => 60_000 / 100,
    hint: "Each example once.",
    why: "600. With batches of 10 it is ten times as many, each a tenth of the work.",
  },
  "05.2": {
    ask:
      "Momentum 0.9, and the slope is 1 at every step: by how much is the step larger in the end " +
      "than without momentum?",
    answer() {
      let v = 0;
      for (let i = 0; i < 1000; i++) v = 0.9 * v + 1;
      return v;
    },
    hint: "1 + 0.9 + 0.9² + 0.9³ + …",
    why: "1/(1 − 0.9) = 10: which is why a rate that suits descent is too large with momentum.",
  },
  "05.3": {
    ask: "Dropout with rate 0.5 on a layer of 20 units: how many different networks are trained?",
    answer: () => 2 ** 20,
    hint: "Each unit is there or not.",
    why: "2²⁰, more than a million, all with the same weights.",
  },
};
