/**
 * A training run that may be killed at any moment: `resumable.ts FOLDER`. It goes on from the folder's
 * checkpoint if there is one, writes one after every other step, and saves the model at its end. It
 * says when it begins to train.
 *
 * @module
 */
import { adam, digits, divideOnPlateau, sequential, setDevice, warmUp } from "../../../mod.ts";
import { checkpointName } from "../../../lib/train/checkpoint_names.ts";

const [folder = "runs/resumable"] = Deno.args;
await setDevice("cpu");
const { train, test } = digits({ train: 640, test: 100 });
const net = sequential([28, 28, 1], { seed: 1 })
  .conv2d(6, 5, { padding: "same" }).batchNorm().relu().averagePool2d(2)
  .conv2d(16, 5).relu().averagePool2d(2)
  .flatten().dense(84).dropout(0.3).relu().dense(10);
const exists = await Deno.stat(`${folder}/${checkpointName}`).then(() => true, () => false);
const rate = divideOnPlateau(0.002, { patience: 0, threshold: 0.2 });
await net.fit(train, {
  epochs: 6,
  batchSize: 32,
  seed: 2,
  validation: test,
  optimizer: adam({ learningRate: warmUp(rate, { epochs: 1 }), clipNorm: 1 }),
  earlyStopping: { patience: 3, restoreBest: true },
  checkpoint: { directory: folder, everySteps: 2 },
  onStep: ({ step }) => step === 1 && console.log("training"),
  ...exists && { resume: folder },
});
await net.save(`${folder}/model.safetensors`);
Deno.exit(0);
