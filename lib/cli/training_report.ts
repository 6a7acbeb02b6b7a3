import type { DownloadProgress } from "../core/download.ts";
import type { Dataset } from "../train/dataset.ts";
import type { EpochRecord, Progress } from "../train/epoch_record.ts";
import type { History } from "../train/history.ts";
import type { Metrics } from "../train/metric.ts";
import type { Model } from "../train/model.ts";
import { clock, formatEpoch, formatProgress, percent } from "../train/format.ts";
import { formatDownload, screen, writeEvent } from "./screen.ts";
import { commandStart, quotedPath } from "./shell.ts";

/** What a run begins with. */
export interface Start {
  readonly model: string;
  readonly data: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly device: string;
  readonly description: string;
  readonly output: string;
  readonly net: Model;
  readonly train: Dataset;
  readonly test: Dataset;
}

/** What a run ends with. */
export interface Done {
  readonly history: History;
  readonly test: Metrics;
  readonly device: string;
  readonly seconds: number;
  readonly output: string;
}

/** Where `train` says what it does. */
export type Reporter = ReturnType<typeof textReporter>;

/** The mean speed of the epochs that are done. */
const speed = ({ epochs }: History): number =>
  epochs.reduce((sum, { imagesPerSecond }) => sum + imagesPerSecond, 0) /
  Math.max(1, epochs.length);

/** The command that goes on with a run. */
const resumption = (output: string) => `${commandStart("train")} --resume ${quotedPath(output)}`;

/** A reporter for people, or for programs as one JSON object a line. */
export function reporterFor(json: boolean): Reporter {
  return json ? jsonReporter() : textReporter();
}

function jsonReporter(): Reporter {
  return {
    start({ net, train, test, ...start }) {
      writeEvent("start", {
        ...start,
        parameters: net.parameters,
        trainExamples: train.length,
        testExamples: test.length,
      });
    },
    download: () => {},
    firstStep: () => writeEvent("first-step", {}),
    progress: (progress) => writeEvent("progress", progress),
    epoch: (record) => writeEvent("epoch", record),
    note: () => {},
    takenOver: (_, from) => writeEvent("taken-over", { from }),
    interrupted: ({ steps, checkpoint }, output) =>
      writeEvent("interrupted", { steps, checkpoint, resume: resumption(output) }),
    done({ history, test: { loss, top1, top5 }, device, seconds, output }) {
      const imagesPerSecond = speed(history);
      writeEvent("done", { test: { loss, top1, top5 }, device, imagesPerSecond, seconds, output });
    },
  };
}

function textReporter() {
  const { line, passing } = screen();
  return {
    start({ model, data, epochs, batchSize, device, description, net, train, test }: Start) {
      line(`${model}: ${net.parameters.toLocaleString("en")} parameters`);
      line(`${data}: ${train.length} images to learn, ${test.length} to test`);
      line(`${device}: ${description}; ${epochs} epochs, batches of ${batchSize}`);
    },
    download: (progress: DownloadProgress) => passing(formatDownload(progress)),
    /** The first step of this process is done. */
    firstStep: () => {},
    progress: (progress: Progress) => passing(formatProgress(progress)),
    epoch: (record: EpochRecord, epochs: number) => line(formatEpoch(record, epochs)),
    note: line,
    /** A process that wrote into a folder has ended before its end. */
    takenOver: (output: string, from: string) =>
      line(`${output}: taken over from ${from}, which ended before it was done`),
    interrupted({ checkpoint }: History, output: string) {
      line(`interrupted; training stands in ${checkpoint}`);
      line(`go on with: ${resumption(output)}`);
    },
    done({ history, test, device, seconds, output }: Done) {
      const top5 = test.top5 === undefined ? "" : `, top-5 ${percent(test.top5)}`;
      line(`test: top-1 ${percent(test.top1!)}${top5}, loss ${test.loss.toPrecision(4)}`);
      line(`${clock(seconds)} on ${device}, ${Math.round(speed(history))} images/s`);
      line(`saved: ${output}/model.safetensors`);
      line("");
      line("Next:");
      const file = `${output}/model.safetensors`, train = commandStart("train");
      line(`  ${train} --data mnist      the real digits (11 MB, downloaded once)`);
      line(`  ${train} --model mlp       another network, here one without convolutions`);
      line(`  ${train} --help            all options`);
      line(`  ${commandStart("predict")} --weights ${quotedPath(file)} IMAGE`);
      line(`  await loadModel(${JSON.stringify(file)})  in a program: see README.md`);
    },
  };
}
