/**
 * What the course covers, and where: 42 systems, each with the notebook that shows it and what one of
 * its executed cells says. `deno run -A tests/notebooks/print_topics.ts` prints them with their cells.
 *
 * @module
 */
import { notebooks } from "../../lib/cli/jupyter.ts";
import { listNotebooks, readNotebook } from "../../lib/cli/notebook_file.ts";
import { textOf } from "./figures.ts";

/** A system of the course. */
export interface Topic {
  readonly topic: string;
  /** The number of the notebook that shows it. */
  readonly notebook: string;
  /** What a cell that shows it puts out. */
  readonly shows: RegExp;
}

const topic = (topic: string, notebook: string, shows: RegExp): Topic => ({
  topic,
  notebook,
  shows,
});

/** The systems in the order of the course. */
export const topics: readonly Topic[] = [
  // Neurons and networks.
  topic("visual cortex", "01", /prefers one orientation/),
  topic("artificial neuron", "01", /by hand +0\.56218/),
  topic("activation functions", "01", /Ten activation functions/),
  topic("threshold neuron", "01", /AND and OR are learnt, XOR never/),
  topic("linear neuron", "01", /Gradient descent arrives at the least-squares solution/),
  topic("multilayer perceptron", "02", /layer +by hand +by library/),
  topic("back-propagation, gradient descent", "02", /Nine slopes, three ways/),
  topic("one hidden layer on digits", "02", /test accuracy 9[78]\.\d+ %/),
  // Convolution.
  topic("convolution step by step", "03", /= 7": 4 heatmap, 9 steps/),
  topic("output size", "03", /W=20, F=5, S=5, P=0 → 4/),
  topic("convolution of a volume", "03", /shape: 3x3x2/),
  topic("feature maps, shared weights", "03", /290,400 units/),
  topic("cost of a layer", "03", /together 1,792/),
  topic("receptive field", "03", /AlexNet: what a unit sees/),
  topic("pooling", "03", /shrinks the signal 16 times/),
  topic("fully connected, softmax, cross-entropy", "04", /o − y +by nudging/),
  topic("1x1 convolution", "03", /14x14x64 → 14x14x32/),
  topic("transposed convolution", "03", /convTranspose2d equals stamping by hand: true/),
  // Training.
  topic("batch, stochastic, mini-batch", "05", /One problem, three sizes of batch/),
  topic("learning rate", "05", /Five schedules of the learning rate/),
  topic("batch normalisation", "05", /with and without batch normalisation/),
  topic("batch renormalisation", "16", /bounds +batch +r +d/),
  topic("dropout", "05", /seed +dropout +accuracy on the 400/),
  topic("weight decay, momentum", "06", /step +v +w by hand +w by the library/),
  topic("initialisation", "05", /only the first weights differ/),
  topic("augmentation", "13", /Fifteen steps, three examples of each/),
  topic("transfer learning", "14", /lesson 1: iterations/),
  topic("training across devices", "17", /processes: losses differ by less than/),
  // Architectures.
  topic("LeNet-5", "04", /9[89]\d\d of 10000 right, 99\.\d+ %/),
  topic("AlexNet", "06", /60,965,224 parameters/),
  topic("ReLU against tanh", "06", /ReLU: \d+ epochs; tanh: \d+ epochs/),
  topic("VGG", "07", /parameters 138,357,544/),
  topic("Inception, GoogLeNet", "08", /parameters: 6,998,552/),
  topic("ResNet", "09", /Parameters with and without shortcuts/),
  topic("SENet", "10", /SE-ResNet-50: 28,088,024 parameters/),
  topic("ILSVRC by year", "11", /ILSVRC, classification: top-5 error/),
  // Looking inside and evaluating.
  topic("filters", "08", /GoogLeNet's 64 first filters/),
  topic("feature maps of a picture", "08", /six maps of each branch/),
  topic("feature visualisation", "15", /nine patches, and what it answers to/),
  topic("ILSVRC evaluation", "11", /Single crop of each image/),
  topic("most probable labels", "08", /six photographs of 1860 to 1930/),
  topic("nearest images", "11", /its six nearest training images/),
];

/** The cell that shows a topic. */
export interface Shown extends Topic {
  /** The id of the first cell whose outputs say so; undefined if there is none. */
  readonly cell: string | undefined;
}

/** Where the committed notebooks show each topic. */
export async function findTopics(): Promise<Shown[]> {
  const cells = new Map<string, { readonly id: string; readonly text: string }[]>();
  for (const path of await listNotebooks(notebooks)) {
    const number = /(\d\d)-[^/]*$/.exec(path)?.[1] ?? "";
    const notebook = await readNotebook(path);
    cells.set(
      number,
      notebook.cells.map((cell) => ({ id: cell.id ?? "", text: textOf(cell) })),
    );
  }
  return topics.map((topic) => ({
    ...topic,
    cell: cells.get(topic.notebook)?.find(({ text }) => topic.shows.test(text))?.id,
  }));
}
