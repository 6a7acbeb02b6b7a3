/** Questions of notebooks 6 to 12: the famous networks, and your own pictures. */
import {
  alexnet2012,
  cifarResnet,
  inceptionModule,
  input,
  model,
  sequential,
  vgg,
} from "../../mod.ts";
import type { Question } from "../check.ts";

export const questions: Readonly<Record<string, Question>> = {
  "06.1": {
    ask: "How many weights and biases has AlexNet's first layer: 96 kernels of 11 x 11 on RGB?",
    answer: () => sequential([227, 227, 3]).conv2d(96, 11, { stride: 4 }).parameters,
    hint: "Three channels, and one bias for each kernel.",
    why: "96·(11·11·3 + 1) = 34,944.",
  },
  "06.2": {
    ask: "A convolution in two groups: by what factor has it fewer weights than one without?",
    answer() {
      const weights = (groups: number) =>
        sequential([27, 27, 96]).conv2d(256, 5, { groups, bias: false }).parameters;
      return weights(1) / weights(2);
    },
    hint: "Each kernel reads one half of the maps.",
    why: "Half the channels in each kernel, as many kernels: a half.",
  },
  "06.3": {
    ask: "What share of AlexNet's parameters is in its three dense layers (0 to 1)?",
    answer() {
      const net = alexnet2012(), rows = net.summary().rows;
      const dense = rows.filter(({ type }) => type === "dense");
      return dense.reduce((sum, { parameters }) => sum + parameters, 0) / net.parameters;
    },
    tolerance: 0.02,
    hint: "9,216·4,096 + 4,096·4,096 + 4,096·1,000, of 61 million.",
    why: "96 %: that is where dropout is used.",
  },
  "07.1": {
    ask:
      "Three layers of 3 x 3 against one of 7 x 7, C channels throughout: the weights of the three " +
      "as a share of the one's?",
    answer: () => 3 * 9 / 49,
    hint: "3·(3·3·C·C) against 7·7·C·C.",
    why: "27/49 = 0.55: fewer weights, the same field, and two more bends.",
  },
  "07.2": {
    ask: "How many convolutions has VGG-16?",
    answer: () => vgg(16).layers.filter(({ role }) => role === "convolution").length,
    hint: "16 layers with weights, three of them dense.",
    why: "13, not 16, as is sometimes said.",
  },
  "07.3": {
    ask: "VGG-16 has 138 million parameters. How many MB are they as 32-bit numbers?",
    answer: () => vgg(16).parameters * 4 / 1e6,
    tolerance: 0.02,
    hint: "4 bytes each.",
    why: "About 553 MB, most of it the first dense layer.",
  },
  "08.1": {
    ask: "A 5 x 5 convolution from 192 to 32 maps on 28 x 28: how many million multiply-adds?",
    answer: () => 28 * 28 * 32 * 5 * 5 * 192 / 1e6,
    hint: "One for each weight of each output number.",
    why: "28·28·32·5·5·192 = 120 million.",
  },
  "08.2": {
    ask: "The same with a 1 x 1 reduction to 16 maps first: how many million, both together?",
    answer: () => 28 * 28 * (16 * 192 + 32 * 5 * 5 * 16) / 1e6,
    hint: "28·28·16·192, and then 28·28·32·5·5·16.",
    why: "12.4 million: a tenth.",
  },
  "08.3": {
    ask:
      "How many maps does module 3a give: 64, 128 and 32 from its convolutions, 32 from pooling?",
    answer() {
      const x = input([28, 28, 192]);
      const sizes = { conv1x1: 64, reduce3x3: 96, conv3x3: 128, reduce5x5: 16, conv5x5: 32 };
      const net = model(x, inceptionModule(x, "3a", { ...sizes, poolProjection: 32 }));
      return net.layers.at(-1)!.outputShape[2]!;
    },
    hint: "They are laid beside each other.",
    why: "64 + 128 + 32 + 32 = 256.",
  },
  "09.1": {
    ask: "How many parameters more has ResNet-20 for CIFAR-10 than its plain twin, with identity " +
      "shortcuts?",
    answer: () => cifarResnet(20).parameters - cifarResnet(20, { shortcuts: false }).parameters,
    tolerance: 0,
    hint: "What does an addition learn?",
    why: "None: the shortcuts are free.",
  },
  "09.2": {
    ask:
      "All weights of a block's branch are zero. What does the block make of x = 7 (before ReLU)?",
    answer: () => 0 + 7,
    hint: "F(x) + x.",
    why: "7: a block that has learnt nothing passes on what it gets.",
  },
  "09.3": {
    ask: "Each of 56 layers multiplies the gradient by 0.9. What is left of it?",
    answer: () => 0.9 ** 56,
    tolerance: 0.02,
    hint: "0.9 to the power of 56.",
    why: "0.3 %. A shortcut adds 1 to each factor's path.",
  },
  "10.1": {
    ask:
      "A squeeze-and-excitation block on 256 channels, r = 16, with biases: how many parameters?",
    answer: () => sequential([256]).dense(16).relu().dense(256).sigmoid().parameters,
    hint: "Two dense layers, 256 → 16 → 256.",
    why: "256·16 + 16 + 16·256 + 256 = 8,464.",
  },
  "10.2": {
    ask:
      "All of a block's excitation weights and biases are zero. By what is each channel multiplied?",
    answer: () => 1 / (1 + Math.exp(-0)),
    hint: "The sigmoid of 0.",
    why: "By a half.",
  },
  "10.3": {
    ask: "How many numbers does the squeeze make of 7 x 7 x 2048?",
    answer: () => sequential([7, 7, 2048]).globalAveragePool2d().layers.at(-1)!.outputShape[0]!,
    hint: "One for each channel.",
    why: "2,048: the mean of each map.",
  },
  "11.1": {
    ask: "By how many percent did the top-5 error fall from 25.8 (2011) to 15.3 (2012)?",
    answer: () => 100 * (25.8 - 15.3) / 25.8,
    tolerance: 0.02,
    hint: "The difference, as a share of 25.8.",
    why: "41 %: no year before or after had such a step at once.",
  },
  "11.2": {
    ask: "How many views does a ten-crop test take of 50,000 images?",
    answer: () => 10 * 50_000,
    hint: "Four corners and the middle, and each mirrored.",
    why: "Half a million: ten times the work for a point or so.",
  },
  "11.3": {
    ask: "100 images, 20 wrong. How wide is the 95 % interval about, in points (plain formula)?",
    answer: () => 2 * 1.96 * Math.sqrt(0.2 * 0.8 / 100) * 100,
    tolerance: 0.05,
    hint: "2·1.96·√(p(1 − p)/n).",
    why: "Almost 16 points: from 12 to 28 %. Small test sets say little.",
  },
  "12.1": {
    ask:
      "Crops of 224 x 224 out of 256 x 256, each also mirrored: how many views, as the paper of " +
      "AlexNet counts them?",
    answer: () => 32 * 32 * 2,
    hint: "32 places down, 32 across, two sides. (Exactly it is 33.)",
    why: "2,048, though 256 − 224 + 1 = 33 places fit each way.",
  },
  "12.2": {
    ask: "500 pictures, 50 of them held out. You are right on 45. What is the accuracy in percent?",
    answer: () => 100 * 45 / 50,
    hint: "Of those that were held out.",
    why: "90 %: the other 450 say nothing, the network has seen them.",
  },
  "12.3": {
    ask:
      "A network gives 2,048 features and you have 3 classes. How many parameters has a linear head?",
    answer: () => sequential([2048]).dense(3).parameters,
    hint: "A weight for each feature and class, and a bias for each class.",
    why: "2,048·3 + 3 = 6,147, of the 25 million that stay as they are.",
  },
};
