import { assert, assertEquals } from "@std/assert";
import {
  alexnet,
  type ArchitectureOptions,
  inceptionV3,
  input,
  type Model,
  model,
  resnet,
  seResnet,
  squeezeExcite,
  vgg,
} from "../../mod.ts";
import type { TensorData } from "../../lib/core/dtype.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import type { Network } from "../../lib/nn/network.ts";
import { ProgramBuilder } from "../../lib/nn/program.ts";
import type { Weight } from "../../lib/nn/weight.ts";
import { crossEntropy } from "../../lib/tensor/functions/loss.ts";
import { defaultRuntime, type Runtime, setDevice } from "../../lib/tensor/runtime.ts";
import { Tensor } from "../../lib/tensor/tensor.ts";
import { record } from "../../lib/tensor/tracing.ts";
import { bottleneckBranch, projected, residualStages } from "../../lib/zoo/residual.ts";
import {
  digestError,
  firstValues,
  imagePlaces,
  kernelPlaces,
  type NetworkFixture,
  networkFixture,
  numbers,
} from "../fixtures/networks.ts";
import { evaluate } from "../reference.ts";
import { needs } from "../setup/needs.ts";
import type { Node } from "../../lib/graph/node.ts";

const batch = 4, classes = 10;

const networks: Readonly<Record<string, (options: ArchitectureOptions) => Model>> = {
  "alexnet": alexnet,
  "vgg11": (options) => vgg(11, options),
  "resnet18": (options) => resnet(18, options),
  "resnet50": (options) => resnet(50, options),
  "inception-v3": (options) => {
    // Its dropout is taken out.
    const net = inceptionV3(options);
    return model(net.inputs[0]!, net.output("avgpool").dense(classes, { name: "fc" }));
  },
  "se-resnet50": (options) => seResnet(50, options),
  "senet-block": senetBlocks,
};

/** Two blocks of SENet-154, the second of which halves the image. */
function senetBlocks({ inputShape, width }: ArchitectureOptions): Model {
  const image = input(inputShape!);
  const features = residualStages(image, [1, 1], (x, name, stage, stride) => {
    const half = Math.round(128 * width! * 2 ** stage);
    const filters = [half, 2 * half, 2 * half] as const;
    const branch = bottleneckBranch(x, name, { filters, stride, groups: 4 });
    return squeezeExcite(branch, `${name}.se_module`, 16);
  }, projected(3));
  return model(image, features.globalAveragePool2d().dense(classes, { name: "last_linear" }));
}

/** What computes: a device, or the reference interpreter in double precision. */
type Kind = "cpu" | "webgpu" | "reference";

/** A weight, its name in PyTorch and where each number of the tensor there lies. */
interface Match {
  readonly weight: Weight;
  readonly name: string;
  readonly places: Int32Array;
  readonly fanIn?: number;
  /** Whether it shifts the numbers of a batch normalisation. */
  readonly shifts: boolean;
}

const names: Readonly<Record<string, string>> = {
  kernel: "weight",
  gamma: "weight",
  beta: "bias",
  bias: "bias",
  runningMean: "running_mean",
  runningVariance: "running_var",
};

function matchesOf(net: Model): Match[] {
  return net.layers.flatMap((layer, at) =>
    [...layer.weights].map(([key, weight]): Match => {
      const name = `${layer.name}.${names[key]}`;
      const shifts = key === "beta";
      if (key !== "kernel") {
        const places = Int32Array.from({ length: weight.size }, (_, i) => i);
        return { weight, name, places, shifts };
      }
      const outputs = weight.shape.at(-1)!;
      // After a flatten, a row of a dense kernel belongs to a pixel's channel.
      const before = net.layers.slice(0, at).filter(({ type }) => type !== "dropout").at(-1);
      const image = before?.type === "flatten" ? net.layer("avgpool").outputShape : [];
      const shape = image.length > 0 ? [...image, outputs] : weight.shape;
      return { weight, name, places: kernelPlaces(shape), fanIn: weight.size / outputs, shifts };
    })
  );
}

/** The numbers of PyTorch's tensor, in the order of this library's. */
function placed(values: Float32Array, places: Int32Array): Float32Array {
  const result = new Float32Array(values.length);
  places.forEach((place, i) => result[place] = values[i]!);
  return result;
}

/** Runs a network forwards, and backwards if in training: logits; loss and gradients of `matches`. */
async function compute(
  net: Network,
  runtime: Runtime | "reference",
  matches: readonly Match[],
  images: Float32Array,
  training: boolean,
): Promise<ArrayLike<number>[]> {
  const builder = new ProgramBuilder();
  const image = builder.input([batch, ...net.inputShape], "f32");
  const labels = builder.input([batch], "i32");
  const outputs = record(() => {
    // Without batch normalisation, what differs in training is only the dropout.
    const isNormalised = net.layers.some(({ type }) => type === "batchNorm");
    const { output: logits } = net.run([image], {
      training: training && isNormalised,
      weights: (weight) => builder.variable(weight),
    });
    if (!training) return [logits];
    const loss = crossEntropy(logits, labels);
    const variables = [...matches.map(({ weight }) => builder.variable(weight)), image];
    const slopes = gradients(loss.node, variables.map(({ node }) => node));
    return [logits, loss, ...slopes.map((node) => new Tensor(node))];
  });
  const numbersOfLabels = Int32Array.from({ length: batch }, (_, i) => (3 * i + 1) % classes);
  if (runtime === "reference") {
    const leaves = new Map<Node, ArrayLike<number>>([
      [image.node, images],
      [labels.node, numbersOfLabels],
    ]);
    for (const weight of net.weights) {
      leaves.set(builder.variable(weight).node, await weight.read());
    }
    return evaluate(outputs.map(({ node }) => node), leaves);
  }
  const program = builder.build(runtime, outputs), { device } = runtime;
  const inputs = [images, numbersOfLabels].map((data) => {
    const storage = device.allocate(data.byteLength);
    device.write(storage, data as TensorData);
    return storage;
  });
  const results = program.run(inputs);
  const read = await Promise.all(results.map(async (storage, i) => {
    const bytes = 4 * outputs[i]!.shape.reduce((product, d) => product * d, 1);
    return new Float32Array(await device.read(storage, bytes));
  }));
  for (const storage of [...inputs, ...results]) storage.release();
  program.program.executable.release();
  return read;
}

/** The largest difference, relative to the largest number expected. */
function relativeError(found: ArrayLike<number>, expected: readonly number[]): number {
  assertEquals(found.length, expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((x, i) => Math.abs(Number(found[i]) - x))) / largest;
}

/** The errors of a network: of the logits of inference and training, the loss, each gradient. */
async function errorsOf(name: string, fixture: NetworkFixture, kind: Kind) {
  if (kind !== "reference") await setDevice(kind);
  const runtime = kind === "reference" ? kind : defaultRuntime();
  const { size, width, shift } = fixture;
  const net = networks[name]!({ inputShape: [size, size, 3], width, classes });
  const matches = matchesOf(net);
  for (const { weight, name, places, fanIn, shifts } of matches) {
    const values = firstValues(name, weight.size, shifts ? shift : 0.1, fanIn);
    weight.assign(placed(values, places) as TensorData);
  }
  const shape = [batch, size, size, 3];
  const pixels = imagePlaces(shape);
  const images = placed(Float32Array.from(numbers("images", pixels.length)), pixels);
  const learnt = matches.filter(({ weight }) => weight.learnable);
  assertEquals(
    new Set([...learnt.map(({ name }) => name), "images"]),
    new Set(fixture.gradients.keys()),
  );

  const [inference] = await compute(net, runtime, learnt, images, false);
  const [logits, loss, ...found] = await compute(net, runtime, learnt, images, true);
  const errors = new Map([
    ["logits of inference", relativeError(inference!, fixture.inference)],
    ["logits", relativeError(logits!, fixture.logits)],
    ["loss", relativeError(loss!, [fixture.loss])],
  ]);
  [...learnt, { name: "images", places: pixels }].forEach(({ name, places }, i) => {
    const gradient = Float64Array.from(places, (place) => Number(found[i]![place]));
    errors.set(name, digestError(name, gradient, fixture.gradients.get(name)!));
  });
  return errors;
}

/** The three deepest are also computed in double precision, by the reference interpreter. */
const deep = ["resnet50", "inception-v3", "se-resnet50"];

const runs: [string, Kind][] = [
  ...Object.keys(networks).map((name): [string, Kind] => [name, "cpu"]),
  ...deep.map((name): [string, Kind] => [name, "reference"]),
  ["senet-block", "webgpu"],
];

/** In double precision the fixtures' nine digits are what counts. */
const tolerances: Readonly<Record<Kind, number>> = { cpu: 1e-4, webgpu: 1e-4, reference: 1e-7 };

for (const [name, kind] of runs) {
  Deno.test({
    name: `${name}: logits and all gradients are PyTorch's (${kind})`,
    ignore: kind === "webgpu" && !needs.webgpu.met,
    async fn() {
      const fixture = networkFixture(name);
      const errors = await errorsOf(name, fixture, kind);
      const [where, largest] = [...errors].reduce((a, b) => b[1] > a[1] ? b : a);
      console.log(
        `${errors.size} tensors, largest relative error ${largest.toExponential(1)} (${where}); ` +
          `PyTorch's own in f32 ${fixture.single.toExponential(1)}`,
      );
      // Written so that NaN fails.
      for (const [tensor, error] of errors) {
        assert(error <= tolerances[kind], `${tensor}: off by ${error}`);
      }
    },
  });
}
