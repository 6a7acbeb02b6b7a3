/**
 * `deno task profile`: where the time of a network goes, launch by launch.
 *
 * @module
 */
import { join } from "node:path";
import { makeFolder, writeFileAtomic } from "../core/files.ts";
import { oneOf, positiveInteger } from "../core/option_kinds.ts";
import { pick } from "../core/options.ts";
import { setDevice } from "../tensor/runtime.ts";
import type { Model } from "../train/model.ts";
import { command, formatOptions, option, path, runCommand, toggle, UsageError } from "./command.ts";
import {
  deviceOption,
  entryOf,
  formatNetworks,
  networkOf,
  networkOption,
  networkSchema,
} from "./network_option.ts";
import { formatDownload, screen } from "./screen.ts";
import { standWhereCalled } from "./shell.ts";

/** Optimizers, as `training_optimizer.ts` has them. */
const optimizers = [
  "sgd",
  "adam",
  "adamw",
  "rmsprop",
  "adagrad",
  "adadelta",
  "lion",
  "lamb",
] as const;

const options = {
  ...networkSchema,
  model: networkOption("the network, one of those below; not needed for a model saved here"),
  weights: path("a model saved here, or weights; without, the first ones: the time is the same"),
  train: toggle("looks at a training step, with gradients and update, and not at a prediction"),
  "batch-size": option("images of the batch (1)", positiveInteger()),
  optimizer: option("the rule of the training step (sgd, with momentum)", oneOf(optimizers)),
  repeats: option("how often each launch has its turn; times are medians (5)", positiveInteger()),
  device: deviceOption,
  out: path("a folder for profile.json, trace.json and the page index.html", "DIR"),
};

const help = async () =>
  `Shows where the time of a prediction or a training step goes: for each launch its layer, time,
multiply-adds, bytes, and how near that is to what the device can do.

  deno task profile --model NAME [--train] [--out DIR]

${formatOptions(options)}

Networks (--model)
${await formatNetworks()}

Examples
  deno task profile --model resnet50 --train --batch-size 8 --out profile
  deno task profile --weights runs/my-run --device webgpu

trace.json is for chrome://tracing, Perfetto (ui.perfetto.dev) and speedscope.`;

/** The network: a saved one, or one of the zoo with its first weights. */
async function modelOf(
  given: { readonly model?: string; readonly weights?: string },
  passing: (text: string) => void,
): Promise<Model> {
  if (given.weights === undefined) {
    if (given.model !== undefined) return (await entryOf(given.model)).build();
    throw new UsageError("expected --model NAME or --weights FILE; see --help");
  }
  const { model } = await networkOf(given, {
    onProgress: (progress) => passing(formatDownload(progress)),
  });
  passing("");
  return model;
}

/** The command; returns the exit code. */
export const main = command(options, help, async (given) => {
  const { train: training = false, out, "batch-size": size = 1, optimizer = "sgd" } = given;
  if (given.optimizer !== undefined && !training) {
    throw new UsageError("--optimizer is of a training step; add --train");
  }
  const { passing } = screen(Deno.stderr);
  const model = await modelOf(pick(given, "model", "weights"), passing);
  if (given.device !== undefined) await setDevice(given.device);
  const [{ randomUniform }, rules] = await Promise.all([
    import("../tensor/create.ts"),
    import("../train/optimizers.ts"),
  ]);
  const rule = {
    ...rules,
    sgd: () => rules.sgd({ momentum: 0.9 }),
    adamw: rules.adamW,
  }[optimizer]();
  const x = model.inputs.map(({ shape }) => randomUniform([size, ...shape], { seed: 1 }));
  passing("measuring …");
  const profile = await model.profile(x, {
    training,
    ...training && { optimizer: rule },
    ...pick(given, "repeats"),
  });
  passing("");
  console.log(String(profile));
  if (out === undefined) return 0;
  await makeFolder(out);
  const write = async (name: string, text: string) => {
    await writeFileAtomic(join(out, name), new TextEncoder().encode(text));
    console.log(`${name === "index.html" ? "page" : "data"}: ${join(out, name)}`);
  };
  const { profilePage } = await import("./pages/profile_page.ts");
  await write("profile.json", `${JSON.stringify(profile, null, 2)}\n`);
  await write("trace.json", JSON.stringify(profile.chromeTrace()));
  await write("index.html", profilePage(given.model ?? "the network", profile));
  return 0;
});

if (import.meta.main) {
  standWhereCalled();
  await runCommand(main);
}
