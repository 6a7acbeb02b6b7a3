/** Who takes part in the benchmark, at which cases, and how each is started. */
import type { Case } from "./cases.ts";
import { runQuietly } from "../setup/process.ts";
import { peerConfig } from "./peers.ts";

/** What a library is to this one: itself, a JavaScript peer, what all are held against, or another. */
export type ContenderKind = "striate" | "peer" | "reference" | "other";

/** One library on one of its backends. */
export interface Contender {
  readonly name: string;
  readonly kind: ContenderKind;
  /** Whether it takes part in a case. */
  readonly takes: (benchCase: Case) => boolean;
  /** The module of Python that it needs, if it is written in that. */
  readonly module?: "torch" | "keras";
  /** Whether it can be held to one thread: its last argument is then "one-thread". */
  readonly oneThread: boolean;
  /** The command that measures `benchCase`. */
  command(benchCase: Case): string[];
}

/** The Python that PyTorch and Keras are installed in. */
export const python = Deno.env.get("STRIATE_PYTHON") ?? "python3";

/** Why what needs a module of Python cannot take part, or undefined. */
export async function whyNo(module: NonNullable<Contender["module"]>): Promise<string | undefined> {
  const needed = module === "keras" ? "keras, tensorflow" : module;
  const { ok, output } = await runQuietly([python, "-c", `import ${needed}`]);
  if (ok) return undefined;
  const reason = output.trim().split("\n").at(-1), packages = needed.replace(",", "");
  return `${python}: ${reason}; pip install ${packages}, or set STRIATE_PYTHON to a Python that has it`;
}

/** What each module of a contender can do. */
const casesOf = {
  striate: ["train", "matmul", "convolution", "network-train", "network-predict"],
  tfjs: ["train", "matmul", "convolution"],
  jaxjs: ["train", "matmul", "convolution"],
  ort: ["matmul", "convolution", "network-predict"],
} as const satisfies Readonly<Record<string, readonly Case["kind"][]>>;

const ofKinds = (kinds: readonly Case["kind"][]) => ({ kind }: Case) => kinds.includes(kind);

/** Cases in which it matters how convolutions are computed. */
const convolutional = ["convolution", "network-train", "network-predict"] as const;

function contender(
  name: string,
  module: keyof typeof casesOf,
  cases: readonly Case["kind"][] = casesOf[module],
): Contender {
  const backend = name.slice(name.indexOf("-") + 1);
  const script = new URL("contender.ts", import.meta.url).pathname;
  const kind = module === "striate" ? "striate" : "peer";
  const config = kind === "peer" ? ["--config", peerConfig] : [];
  return {
    name,
    kind,
    oneThread: module === "striate" && backend !== "webgpu",
    takes: ofKinds(cases),
    command: ({ name }) => [
      ...[Deno.execPath(), "run", "--allow-all", "--no-check", ...config],
      ...[script, module, backend, name],
    ],
  };
}

/** PyTorch, whose images lie as it has them by default, or channels last as ours. */
function torch(
  name: string,
  cases: readonly Case["kind"][],
  ...layout: readonly string[]
): Contender {
  return {
    name,
    kind: "reference",
    module: "torch",
    oneThread: true,
    takes: ofKinds(cases),
    command: ({ name }) => [
      ...[python, new URL("pytorch.py", import.meta.url).pathname, name, ...layout],
    ],
  };
}

/** Keras on TensorFlow; it has ResNet-50 and VGG-16 itself, and no convolution's gradient by itself. */
const keras: Contender = {
  name: "keras-tensorflow",
  kind: "other",
  module: "keras",
  oneThread: true,
  takes: ({ name, kind }) =>
    kind === "train" || kind === "matmul" || /^(resnet20|resnet50|vgg16)-/.test(name),
  command: ({ name }) => [
    ...[python, new URL("keras_tensorflow.py", import.meta.url).pathname, name],
  ],
};

/** Every contender, in the order in which they take their turns. */
export const contenders: readonly Contender[] = [
  contender("striate-cpu", "striate"),
  contender("striate-wasm", "striate"),
  contender("striate-direct", "striate", convolutional),
  contender("striate-winograd", "striate", convolutional),
  contender("striate-webgpu", "striate"),
  contender("tfjs-webgpu", "tfjs"),
  contender("tfjs-cpu", "tfjs"),
  contender("jaxjs-webgpu", "jaxjs"),
  contender("jaxjs-wasm", "jaxjs"),
  contender("ort-wasm", "ort"),
  contender("ort-node", "ort"),
  torch("torch", ["train", "matmul", "convolution", "network-train", "network-predict"]),
  torch(
    "torch-channels-last",
    ["train", "convolution", "network-train", "network-predict"],
    "channels-last",
  ),
  keras,
];
