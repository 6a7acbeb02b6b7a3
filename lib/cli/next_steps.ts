/**
 * What is said at the end of a run: what can be done next, in commands and in a program.
 *
 * @module
 */
import type { EpochRecord } from "../train/epoch_record.ts";
import { percent } from "../train/format.ts";
import type { History } from "../train/history.ts";
import { samplesName } from "./run_folder.ts";
import { asTyped, commandStart, quotedPath } from "./shell.ts";
import { isDataName, type Settings } from "./training_settings.ts";

/** The run that something can come after. */
type Ended = Pick<Settings, "model" | "data"> & { readonly output: string };

/** Commands that make sense after a run, each below what it does. */
export function nextCommands({ model, data, output }: Ended): string[] {
  const train = commandStart("train"), folder = quotedPath(output);
  const others = data === "digits"
    ? [["the real digits (11 MB, downloaded once)", `${train} --data mnist`]]
    : data === "mnist"
    ? [["clothes in place of digits", `${train} --data fashion-mnist`]]
    : [];
  const network = !isDataName(data) || model === undefined
    ? []
    : model === "lenet5"
    ? [["a network without convolutions", `${train} --model mlp --data ${data}`]]
    : [["LeNet-5 in place of this network", `${train} --data ${data}`]];
  const measure = isDataName(data)
    ? []
    : [["how it does on others", `${commandStart("evaluate")} --weights ${folder} --images DIR`]];
  const look = quotedPath(`${output}/${samplesName}`);
  return [
    [
      "what it sees in images that it has not learnt",
      `${commandStart("predict")} --weights ${folder} ${look}`,
    ],
    ...measure,
    ...others,
    ...network,
    ["all options", `${train} --help`],
  ].flatMap(([what, command]) => [`# ${what}`, command!]);
}

/**
 * A program that has the network of a run, whole, as it can be typed; of one that has learnt photographs,
 * it says what a photograph shows.
 */
export function programLines({ data, output }: Omit<Ended, "model">): string[] {
  const isOfPhotographs = !isDataName(data);
  const names = isOfPhotographs ? "classifyImage, loadModel" : "loadModel";
  return [
    `import { ${names} } from "@striate/striate";`,
    `const net = await loadModel(${JSON.stringify(`${output}/model.safetensors`)});`,
    ...isOfPhotographs
      ? ['console.log(await classifyImage(net, await Deno.readFile("photo.jpg")));']
      : [],
  ];
}

/** What a `deno.json` has for programs outside the checkout: there its name is not known by itself. */
export const importsEntry = (): string =>
  JSON.stringify({ imports: { "@striate/striate": import.meta.resolve("../../mod.ts") } });

/** All that can come next, in lines. */
export const nextLines = (run: Ended): string[] => [
  "Next:",
  ...[
    ...nextCommands(run),
    asTyped("# in a program (deno run --allow-all FILE)"),
    ...programLines(run),
    "# which elsewhere than in the checkout needs a deno.json beside it, with",
    importsEntry(),
  ].map((line) => `  ${line}`),
];

/** That an epoch before the last did better in validation, which is told since its network is not kept. */
export function betterEpoch({ epochs }: Pick<History, "epochs">): string | undefined {
  const reached = ({ validation }: EpochRecord) => validation?.top1 ?? 0;
  const last = epochs.at(-1), best = epochs.toSorted((a, b) => reached(b) - reached(a))[0];
  if (last === undefined || best === undefined || reached(best) <= reached(last)) return undefined;
  return `epoch ${best.epoch} was better in validation, ${percent(reached(best))}: ` +
    "what is saved is the network after the last";
}
