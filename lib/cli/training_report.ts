import type { DownloadProgress } from "../core/download.ts";
import type { Dataset } from "../train/dataset.ts";
import type { EpochRecord, Progress } from "../train/epoch_record.ts";
import type { History } from "../train/history.ts";
import type { Metrics } from "../train/metrics.ts";
import type { Model } from "../train/model.ts";
import { clock, formatEpoch, formatProgress, percent } from "../train/format.ts";
import { formatDownload, screen, writeEvent } from "./screen.ts";

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
    interrupted: (command, { steps, checkpoint }) =>
      writeEvent("interrupted", { steps, checkpoint, resume: command }),
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
    interrupted(command: string, { checkpoint }: History) {
      line(`interrupted; training stands in ${checkpoint}`);
      line(`go on with: ${command}`);
    },
    done({ history, test, device, seconds, output }: Done) {
      const top5 = test.top5 === undefined ? "" : `, top-5 ${percent(test.top5)}`;
      line(`test: top-1 ${percent(test.top1!)}${top5}, loss ${test.loss.toPrecision(4)}`);
      line(`${clock(seconds)} on ${device}, ${Math.round(speed(history))} images/s`);
      line(`saved: ${output}/model.safetensors`);
      line("");
      line("Next:");
      line("  deno task train --data mnist      the real digits (11 MB, downloaded once)");
      line("  deno task train --model mlp       another network, here one without convolutions");
      line("  deno task train --help            all options");
      line(`  deno task predict --weights ${output}/model.safetensors IMAGE`);
      line(`  await loadModel("${output}/model.safetensors")  in a program: see README.md`);
    },
  };
}
