import type { TensorData } from "../core/dtype.ts";
import type { Variable } from "../tensor/variable.ts";
import { formatFields } from "./batch.ts";
import { fingerprintOf, fingerprintsOf } from "./cohort.ts";
import { Dataset } from "./dataset.ts";
import type { DataStream } from "./stream.ts";

/** Examples that are looked at, spread over all. */
const sampled = 8;

/** What must be the same in all processes before a first step, by name. */
export async function factsOf(
  settings: Readonly<Record<string, unknown>>,
  data: Dataset | DataStream,
  architecture: string | undefined,
  variables: ReadonlyMap<string, Variable>,
): Promise<Record<string, string>> {
  const facts: Record<string, string> = { "version of Deno": Deno.version.deno };
  for (const [name, value] of Object.entries(settings)) {
    facts[name] = JSON.stringify(value) ?? "none";
  }
  facts.network = inHex(new TextEncoder().encode(architecture ?? ""));
  facts["fields of the data"] = formatFields(data);
  facts["classes of the data"] = data.classes?.join(", ") ?? "none";
  if (data instanceof Dataset) facts["examples of the data"] = await printOf(data);
  const prints = new Int32Array((await fingerprintsOf(variables)).buffer);
  [...variables.keys()].forEach((name, i) => facts[`first numbers of ${name}`] = hex(prints[i]!));
  return facts;
}

/** What a few examples are known by. */
async function printOf(data: Dataset): Promise<string> {
  const count = Math.min(sampled, data.length);
  const places = Array.from({ length: count }, (_, i) => Math.floor(i * data.length / count));
  try {
    const { inputs, targets } = await data.load(places);
    return [...inputs, ...targets].map((part: TensorData) => inHex(part)).join(" ");
  } catch (error) {
    // An image that cannot be read is left out later, and by all.
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

const hex = (print: number) => (print >>> 0).toString(16).padStart(8, "0");
const inHex = (data: ArrayBufferView) => hex(fingerprintOf(data));
