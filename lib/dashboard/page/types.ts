/** What the server and the page say to each other, as JSON. */

/** How a run stands; one whose process is gone without having said so has died. */
export type RunStatus = "running" | "done" | "interrupted" | "failed" | "died";

/** What a table says of a run. */
export interface RunSummary {
  /** Its folder within the folder of all runs. */
  readonly id: string;
  readonly status: RunStatus;
  /** Whether it has been asked to end, and has not yet. */
  readonly isStopping: boolean;
  readonly began: string;
  readonly ended?: string;
  /** Time that it has run. */
  readonly seconds: number;
  readonly epoch: number;
  /** Epochs in all, as far as it is known. */
  readonly epochs?: number;
  readonly step: number;
  /** All that it depends on, by name. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** The last of each metric. */
  readonly latest: Readonly<Record<string, number>>;
  /** What came out at the end. */
  readonly result: Readonly<Record<string, number>>;
  readonly error?: string;
  readonly tags: readonly string[];
  /** The sweep that it is part of, by its folder. */
  readonly sweep?: string;
  /** Grows when something about it is new. */
  readonly revision: number;
}

/** A setting of a run. */
export type Setting = string | number | boolean | null;

/** Places where a curve may have its points. */
export type Axis = "step" | "epoch" | "seconds";

/** A curve. */
export interface Points extends Readonly<Record<Axis, readonly number[]>> {
  /** Null for what is no finite number. */
  readonly value: readonly (number | null)[];
}

/** The curves of a run, by the names of metrics. */
export type Series = Readonly<Record<string, Points>>;

/** Norms of weights and gradients over time. */
export interface Norms {
  readonly step: readonly number[];
  readonly epoch: readonly number[];
  /** Of each weight by its full name; null where there was none. */
  readonly weights: Readonly<Record<string, readonly (number | null)[]>>;
  readonly gradients: Readonly<Record<string, readonly (number | null)[]>>;
  /** The share of zeros among the results of each layer. */
  readonly zeros: Readonly<Record<string, readonly (number | null)[]>>;
  /** The standard deviation of the results of each layer. */
  readonly deviations: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Histograms of something at several moments. */
export interface Histograms {
  readonly epoch: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly counts: readonly (readonly number[])[];
}

/** The histograms of a run, of weights or of results, by name. */
export type HistogramsByName = Readonly<Record<string, Histograms>>;

/** The first filters at several moments. */
export interface FilterFrames {
  readonly name: string;
  readonly shape: readonly [height: number, width: number, channels: number, count: number];
  readonly epoch: readonly number[];
  readonly range: readonly number[];
  /** Bytes in base64, as the run's file has them. */
  readonly pixels: readonly string[];
}

/** An image that a network takes for something else. */
export interface Mistake {
  readonly file: string;
  readonly image?: string;
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
}

/** Mistakes, and how often each class was taken for each. */
export interface Mistakes {
  readonly mistakes: readonly Mistake[];
  readonly confusion?: {
    readonly classes: readonly string[];
    readonly counts: readonly (readonly [label: number, predicted: number, count: number])[];
  };
}

/** A sweep over settings. */
export interface Sweep {
  readonly id: string;
  readonly method: string;
  /** The settings that differ, by the names of options. */
  readonly varied: readonly string[];
  readonly metric: string;
  readonly goal: "max" | "min";
  readonly trials: readonly SweepTrial[];
}

/** One choice of settings. */
export interface SweepTrial {
  readonly name: string;
  readonly settings: Readonly<Record<string, Setting>>;
  /** The folders of its runs, one for each seed. */
  readonly runs: readonly string[];
  /** The metric of each seed that is done. */
  readonly values: readonly number[];
}

/** What the page begins with, and what comes when something has changed. */
export interface Overview {
  readonly runs: readonly RunSummary[];
  readonly sweeps: readonly Sweep[];
}

/** What has changed. */
export interface Change extends Overview {
  /** Runs that are gone. */
  readonly removed: readonly string[];
}

/** What a page that was exported shows of a run. */
export interface ExportedRun {
  readonly series: Series;
  readonly norms: Norms;
  readonly weights: HistogramsByName;
  readonly activations: HistogramsByName;
  readonly filters: FilterFrames | null;
  readonly mistakes: Mistakes;
  /** `data:` URLs by the names of files. */
  readonly pictures: Readonly<Record<string, string>>;
  readonly graph?: string;
}

/** All that a page that was exported shows. */
export interface ExportedData {
  readonly overview: Overview;
  readonly runs: Readonly<Record<string, ExportedRun>>;
}
