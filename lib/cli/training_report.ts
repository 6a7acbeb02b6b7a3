import type { DownloadProgress } from "../core/download.ts";
import type { EpochRecord, Progress } from "../train/epoch_record.ts";
import type { History } from "../train/history.ts";
import type { LearningRateCurve } from "../train/learning_rate_curve.ts";
import type { Metrics } from "../train/metric.ts";
import { clock, formatEpoch, formatProgress, percent } from "../train/format.ts";
import { formatDownload, screen, writeEvent } from "./screen.ts";
import { commandStart, quoted, quotedPath } from "./shell.ts";
import { reportName } from "./run_folder.ts";
import type { Start } from "./training_plan.ts";
import type { Settings } from "./training_settings.ts";

/** What a run ends with. */
export interface Done {
  readonly history: History;
  readonly test: Metrics;
  readonly device: string;
  readonly seconds: number;
  readonly output: string;
  readonly settings: Settings;
  /** What its images are: "validation" where each epoch was measured by them, which is no test. */
  readonly tested: "test" | "validation";
}

/** Where `train` says what it does. */
export type Reporter = ReturnType<typeof textReporter>;

/** The mean speed of the epochs that are done. */
const speed = ({ epochs }: History): number =>
  epochs.reduce((sum, { imagesPerSecond }) => sum + imagesPerSecond, 0) /
  Math.max(1, epochs.length);

/** The command that goes on with a run. */
const resumption = (output: string) => `${commandStart("train")} --resume ${quotedPath(output)}`;

/** Examples; a stream does not know. */
const lengthOf = (data: object) => "length" in data ? data.length : undefined;

/**
 * A reporter for people, or for programs as one JSON object a line. Of several processes, the first tells
 * how the run goes, and each of images that it cannot read.
 */
export function reporterFor(json: boolean, isFirst = true): Reporter {
  const reporter = json ? jsonReporter() : textReporter();
  return isFirst ? reporter : { ...silent, corrupt: reporter.corrupt };
}

const nothing = () => {};
const silent: Reporter = {
  start: () => Promise.resolve(),
  download: nothing,
  firstStep: nothing,
  progress: nothing,
  epoch: nothing,
  note: nothing,
  corrupt: nothing,
  takenOver: nothing,
  interrupted: nothing,
  done: () => Promise.resolve(),
  rate: nothing,
  dashboard: nothing,
};

function jsonReporter(): Reporter {
  return {
    start({ setup, device: { kind, description }, output }): Promise<void> {
      const { settings, net, train, validation, test, counts, notes } = setup;
      writeEvent("start", {
        ...settings,
        device: kind,
        description,
        output,
        parameters: net.parameters,
        trainExamples: lengthOf(train),
        ...validation !== test && { validationExamples: lengthOf(validation) },
        testExamples: lengthOf(test),
        ...counts && { classCounts: counts },
        ...notes.length > 0 && { notes },
      });
      return Promise.resolve();
    },
    download: () => {},
    firstStep: () => writeEvent("first-step", {}),
    progress: (progress) => writeEvent("progress", progress),
    epoch: (record) => writeEvent("epoch", record),
    note: () => {},
    dashboard: (address) => writeEvent("dashboard", { address }),
    corrupt: (image, reason) => writeEvent("corrupt", { image, reason }),
    takenOver: (_, from) => writeEvent("taken-over", { from }),
    rate: ({ suggestion = null, rates, losses, rawLosses, stopped = null }, chart) =>
      writeEvent("learning-rate", { suggestion, rates, losses, rawLosses, stopped, chart }),
    interrupted: ({ steps, checkpoint }, output) =>
      writeEvent("interrupted", { steps, checkpoint, resume: resumption(output) }),
    done({ history, test: { loss, top1, top5 }, tested, device, seconds, output }): Promise<void> {
      const measured = { loss, top1, top5 }, imagesPerSecond = speed(history);
      writeEvent("done", {
        test: measured,
        tested,
        device,
        imagesPerSecond,
        seconds,
        output,
      });
      return Promise.resolve();
    },
  };
}

/** Of which phase something is, where there are two. */
interface OfPhase {
  readonly phase?: "head";
}

const prefix = ({ phase }: OfPhase) => phase === undefined ? "" : `${phase}: `;

function textReporter() {
  const { line, passing } = screen();
  return {
    async start(start: Start): Promise<void> {
      const { formatPlan, trainingPlan } = await import("./training_plan.ts");
      formatPlan(trainingPlan(start)).forEach(line);
      start.setup.notes.forEach(line);
    },
    download: (progress: DownloadProgress) => passing(formatDownload(progress)),
    /** The first step of this process is done. */
    firstStep: () => {},
    progress: (progress: Progress & OfPhase) =>
      passing(`${prefix(progress)}${formatProgress(progress)}`),
    epoch: (record: EpochRecord & OfPhase, epochs: number) =>
      line(`${prefix(record)}${formatEpoch(record, epochs)}`),
    note: line,
    /** A page that shows the run is served at an address. */
    dashboard: (address: string) => line(`dashboard: ${address}`),
    /** An image that cannot be read, which is left out. */
    corrupt: (_: string, reason: string) => line(`corrupt: ${reason}`),
    /** A process that wrote into a folder has ended before its end. */
    takenOver: (output: string, from: string) =>
      line(`${output}: taken over from ${from}, which ended before it was done`),
    /** A learning rate was looked for, in place of a training. */
    rate(curve: LearningRateCurve, chart: string) {
      line(String(curve));
      line(`chart: ${chart}`);
      if (curve.suggestion === undefined) return;
      const others = Deno.args.filter((word) => word !== "--find-learning-rate");
      const words = [...others, "--learning-rate", curve.suggestion.toPrecision(2)];
      line(
        `train with it: ${[commandStart("train"), ...words.map((word) => quoted(word))].join(" ")}`,
      );
    },
    interrupted({ checkpoint }: History, output: string) {
      line(`interrupted; training stands in ${checkpoint}`);
      line(`go on with: ${resumption(output)}`);
    },
    async done({ history, test, tested, device, seconds, output, settings }: Done): Promise<void> {
      const { betterEpoch, nextLines } = await import("./next_steps.ts");
      const top5 = test.top5 === undefined ? "" : `, top-5 ${percent(test.top5)}`;
      line(`${tested}: top-1 ${percent(test.top1!)}${top5}, loss ${test.loss.toPrecision(4)}`);
      const better = betterEpoch(history);
      if (better !== undefined) line(better);
      // A head alone learns features, not images.
      const rate = settings.epochs > 0 ? `, ${Math.round(speed(history))} images/s` : "";
      line(`${clock(seconds)} on ${device}${rate}`);
      line(`saved: ${output}/model.safetensors`);
      line(`report: ${output}/${reportName}`);
      line("");
      nextLines({ ...settings, output }).forEach(line);
    },
  };
}
