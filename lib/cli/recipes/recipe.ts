/**
 * What an experiment of a paper is: plain data, and what its results are asked.
 *
 * @module
 */
import type { PresetName } from "../../augment/presets.ts";
import type { StepConfig } from "../../augment/steps.ts";
import type { DataName } from "../data_sets.ts";
import type { Given } from "../training_settings.ts";
import type { ColumnName, TargetColumn } from "./columns.ts";
import type { NetworkSettings } from "./networks.ts";

/** A share of right answers at which an arm is done. */
export interface Target {
  /** Measured while an epoch is trained, or on the test images after it. */
  readonly of: "training" | "test";
  /** The share. */
  readonly top1: number;
}

/** One of the trainings that are compared. All that its result depends on, but for the seed. */
export interface Arm {
  /** Its name in the table, and of its folder. */
  readonly name: string;
  /** Arms of one group differ in what is searched, such as the rate; the best of each counts. */
  readonly group?: string;
  /** The network: one of the zoo, or one of `networks.ts`. */
  readonly network: NetworkSettings;
  /** The images. */
  readonly data: DataName;
  /** How many of the training images there are; all where it is not said. */
  readonly trainImages?: number;
  /** With this, each batch is of so many classes, in an order that stays; else as `fit` draws them. */
  readonly classesOfBatch?: number;
  /** How training images are changed, anew in each epoch. */
  readonly augment?: PresetName | readonly StepConfig[];
  /** With this, `augment` makes so many fixed variants of each image, which take the images' place. */
  readonly variants?: number;
  /** Times that as many images are seen as there are without variants. */
  readonly epochs: number;
  /** Images of a step. */
  readonly batchSize: number;
  /** The optimizer and what belongs to it, in the words of the command. */
  readonly optimizer: Pick<
    Given,
    "optimizer" | "learning-rate" | "momentum" | "weight-decay" | "schedule"
  >;
  /** Whether the test images are looked at after each epoch, not just at the end. */
  readonly validates?: boolean;
  /** When it is done before its last epoch. */
  readonly until?: Target;
}

/** What results say of something that a paper says. */
export interface Finding {
  /** What is to be seen. */
  readonly claim: string;
  /** What was measured. */
  readonly found: string;
  /** Whether it is so; undefined where what was measured does not tell. */
  readonly holds: boolean | undefined;
}

/** What was measured of the arms, over their seeds. */
export interface Figures {
  /**
   * The mean of a column over the seeds of an arm; undefined where it was not measured for each of
   * them, as a target that some did not reach.
   */
  mean(arm: string, column: ColumnName): number | undefined;
  /**
   * Whether an arm has less in a column than another, by the means; undefined where that was not measured,
   * or where, of several seeds, the means differ by less than twice the standard error of the difference.
   */
  isLess(arm: string, other: string, column: ColumnName): boolean | undefined;
  /** A cell of the table: the mean, and the standard deviation of several seeds. */
  cell(arm: string, column: ColumnName): string;
  /** The best arm of a group with the first seed; undefined where none was measured. */
  best(group: string): string | undefined;
}

/** An experiment of a paper, as one command runs it. */
export interface Recipe {
  /** Its name on the command line. */
  readonly name: string;
  /** In a line. */
  readonly title: string;
  /** The paper, and the place in it. */
  readonly source: string;
  /** How many seeds there are by default; of a group, those after the first have the best arm alone. */
  readonly seeds: number;
  /** The trainings. */
  readonly arms: readonly Arm[];
  /** What is shown of each arm. */
  readonly columns: readonly ColumnName[];
  /**
   * By what the best arm of a group is chosen: the least of a column, else the most of the other. An arm
   * that has gone on for longer than the best so far took ends there: those likely to be best stand first.
   */
  readonly best?: { readonly least: TargetColumn; readonly most: ColumnName };
  /** What the results show. */
  findings(results: Figures): readonly Finding[];
}
