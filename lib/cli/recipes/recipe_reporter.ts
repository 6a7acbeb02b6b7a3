import type { DownloadProgress } from "../../core/download.ts";
import { clock, formatEpoch, formatProgress, percent } from "../../train/format.ts";
import { formatDownload, screen, writeEvent } from "../screen.ts";
import { commandStart, quotedPath } from "../shell.ts";
import type { ArmResult } from "./columns.ts";
import { formatFinding, formatTable } from "./page.ts";
import type { Arm, Recipe } from "./recipe.ts";
import type { Results } from "./results.ts";
import type { ArmEvents } from "./run_arm.ts";

interface Where {
  readonly kind: string;
  readonly description: string;
}

/** Where a recipe says what it does. */
export interface RecipeReporter {
  start(recipe: Recipe, device: Where, folder: string): void;
  download(progress: DownloadProgress): void;
  /** What is told of a training. */
  armEvents(arm: Arm, seed: number): ArmEvents;
  armDone(arm: Arm, seed: number, result: ArmResult): void;
  note(text: string): void;
  interrupted(recipe: string, folder: string): void;
  done(results: Results, folder: string): void;
}

/** A reporter for people, or for programs as one JSON object a line; of several processes the first's. */
export function recipeReporterFor(json: boolean, isFirst = true): RecipeReporter {
  if (!isFirst) return silent;
  return json ? jsonReporter() : textReporter();
}

const nothing = () => {};
const silent: RecipeReporter = {
  start: nothing,
  download: nothing,
  armEvents: () => ({ started: nothing, progress: nothing, epoch: nothing }),
  armDone: nothing,
  note: nothing,
  interrupted: nothing,
  done: nothing,
};

/** What goes on with a recipe: arms that are done stay so. */
const again = (recipe: string, folder: string) =>
  `${commandStart("train")} --recipe ${recipe} --out ${quotedPath(folder)}`;

function jsonReporter(): RecipeReporter {
  return {
    start: ({ name, source }, device, output) =>
      writeEvent("start", { recipe: name, source, device: device.kind, ...device, output }),
    download: () => {},
    armEvents: ({ name }, seed) => ({
      started: (net, { train, test }, epochs) =>
        writeEvent("arm", {
          arm: name,
          seed,
          parameters: net.parameters,
          trainExamples: train.length,
          testExamples: test.length,
          epochs,
        }),
      progress: (progress) => writeEvent("progress", { arm: name, seed, ...progress }),
      epoch: (record) => writeEvent("epoch", { arm: name, seed, ...record }),
    }),
    armDone: ({ name }, seed, result) => writeEvent("arm-done", { arm: name, seed, result }),
    note: () => {},
    interrupted: (recipe, folder) => writeEvent("interrupted", { again: again(recipe, folder) }),
    done: (results, output) => writeEvent("done", { findings: results.findings, output }),
  };
}

function textReporter(): RecipeReporter {
  const { line, passing } = screen();
  return {
    start({ name, title, source }, { kind, description }, folder) {
      line(`${name}: ${title}`);
      line(source);
      line(`${kind}: ${description}; into ${folder}`);
    },
    download: (progress) => passing(formatDownload(progress)),
    armEvents: ({ name, batchSize }, seed) => ({
      started(net, { train, test }, epochs) {
        line("");
        line(`${name}, seed ${seed}: ${net.parameters.toLocaleString("en")} parameters`);
        line(
          `${train.length} images to learn, ${test.length} to test; ${epochs} epochs, batches of ` +
            batchSize,
        );
      },
      progress: (progress) => passing(formatProgress(progress)),
      epoch: (record, epochs) => line(formatEpoch(record, epochs)),
    }),
    armDone({ name }, seed, { test, seconds, diverged, isBeaten }) {
      const top1 = test?.top1 === undefined ? "" : `test top-1 ${percent(test.top1)}, `;
      const why = isBeaten ? "; another of its group was sooner" : diverged ? `; ${diverged}` : "";
      line(`${name}, seed ${seed}: ${top1}${clock(seconds)}${why}`);
    },
    note: line,
    interrupted(recipe, folder) {
      line("interrupted; what is done stays done");
      line(`go on with: ${again(recipe, folder)} and the options that there were`);
    },
    done(results, folder) {
      line("");
      line(formatTable(results));
      line("");
      for (const finding of results.findings) line(formatFinding(finding));
      line("");
      line(`written: ${folder}/results.md`);
    },
  };
}
