/** Who takes part in the benchmark, at which cases, and how each is started. */
import type { Case } from "./cases.ts";
import { runQuietly } from "../setup/process.ts";
import { peerConfig } from "./peers.ts";

/** One library on one of its backends. */
export interface Contender {
  readonly name: string;
  /** This library, one of the JavaScript peers, or the reference on the CPU. */
  readonly kind: "striate" | "peer" | "reference";
  readonly cases: readonly Case["kind"][];
  /** Whether it can be held to one thread: its last argument is then "one-thread". */
  readonly oneThread: boolean;
  /** The command that measures `benchCase`. */
  command(benchCase: Case): string[];
}

/** The Python that PyTorch is installed in. */
export const python = Deno.env.get("STRIATE_PYTHON") ?? "python3";

/** Why PyTorch cannot take part, or undefined. */
export async function whyNoTorch(): Promise<string | undefined> {
  const { ok, output } = await runQuietly([python, "-c", "import torch"]);
  if (ok) return undefined;
  const reason = output.trim().split("\n").at(-1);
  return `${python}: ${reason}; pip install torch, or set STRIATE_PYTHON to a Python that has it`;
}

/** What each module of a contender can do. */
const casesOf = {
  striate: ["train", "matmul", "convolution", "network-train", "network-predict"],
  tfjs: ["train", "matmul", "convolution"],
  jaxjs: ["train", "matmul", "convolution"],
  ort: ["matmul", "convolution", "network-predict"],
} as const satisfies Readonly<Record<string, Contender["cases"]>>;

/** Cases in which it matters how convolutions are computed. */
const convolutional = ["convolution", "network-train", "network-predict"] as const;

function contender(
  name: string,
  module: keyof typeof casesOf,
  cases: Contender["cases"] = casesOf[module],
): Contender {
  const backend = name.slice(name.indexOf("-") + 1);
  const script = new URL("contender.ts", import.meta.url).pathname;
  const kind = module === "striate" ? "striate" : "peer";
  const config = kind === "peer" ? ["--config", peerConfig] : [];
  return {
    name,
    kind,
    oneThread: module === "striate" && backend !== "webgpu",
    cases,
    command: ({ name }) => [
      ...[Deno.execPath(), "run", "--allow-all", "--no-check", ...config],
      ...[script, module, backend, name],
    ],
  };
}

/** PyTorch, whose images lie as it has them by default, or channels last as ours. */
function torch(name: string, cases: Contender["cases"], ...layout: readonly string[]): Contender {
  return {
    name,
    kind: "reference",
    oneThread: true,
    cases,
    command: ({ name }) => [
      ...[python, new URL("pytorch.py", import.meta.url).pathname, name, ...layout],
    ],
  };
}

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
];
