/**
 * What a training writes beside its record where somebody wants to watch it: looks at the network, the
 * mistakes that it makes on the way, and files for TensorBoard.
 *
 * @module
 */
import { encodePng } from "../plotly_svg/mod.ts";
import { mosaicOf } from "../probe/filters.ts";
import { Probe, type Seen } from "../probe/probe.ts";
import { Pace, ProbeFile } from "../probe/probe_file.ts";
import { EventFile, eventPrefix } from "../tensorboard/event_file.ts";
import type { Shown } from "../tensorboard/events.ts";
import { Dataset } from "../train/dataset.ts";
import type { EpochRecord, Progress } from "../train/epoch_record.ts";
import type { Model } from "../train/model.ts";
import type { OutputSettings } from "../train/outputs.ts";
import type { DataStream } from "../train/stream.ts";
import { keepMistakes } from "./mistakes.ts";
import type { Phase, Resumed } from "./run_record.ts";
import { TestImages } from "./test_images.ts";

/** What is to be written. */
export interface WatchOptions {
  /** Looks at the network and its mistakes, for the dashboard. */
  readonly record: boolean;
  /** Files for TensorBoard. */
  readonly tensorboard: boolean;
}

/** A part of a run that begins. */
export interface WatchedPhase {
  readonly phase: Phase;
  readonly net: Model;
  readonly train: Dataset | DataStream;
  readonly test: Dataset | DataStream;
  readonly settings: OutputSettings;
}

/** Milliseconds between numbers for TensorBoard. */
const interval = 1000;

/** What is written while a run goes on. */
export class Watching implements AsyncDisposable {
  readonly #folder: string;
  readonly #looks: ProbeFile | undefined;
  readonly #events: EventFile | undefined;
  readonly #pace = new Pace(performance.now());
  readonly #mistakesPace = new Pace(performance.now());
  #phase: WatchedPhase | undefined;
  #probe: Probe | undefined;
  #shown = -Infinity;

  private constructor(
    folder: string,
    looks: ProbeFile | undefined,
    events: EventFile | undefined,
  ) {
    [this.#folder, this.#looks, this.#events] = [folder, looks, events];
  }

  /** Begins in the folder of a run, or goes on with what is there of one that is resumed. */
  static async begin(
    folder: string,
    { record, tensorboard }: WatchOptions,
    resumed?: Resumed,
  ): Promise<Watching> {
    const step = resumed?.position.step, isHead = resumed?.phase === "head";
    const from = step === undefined
      ? undefined
      : { epoch: 0, step, ...isHead && { phase: "head" as const } };
    if (resumed === undefined) await removeEvents(folder);
    const looks = record ? await ProbeFile.open(folder, from) : undefined;
    return new Watching(
      folder,
      looks,
      tensorboard ? await EventFile.begin(folder, step) : undefined,
    );
  }

  /** A part of the run begins. */
  begin(phase: WatchedPhase): void {
    this.#phase = phase;
    this.#probe = undefined;
    this.#shown = -Infinity;
  }

  /** Training stands so. */
  async progress(progress: Progress): Promise<void> {
    const { epoch, step, batch, batches, epochs: _, secondsLeft: __, ...measured } = progress;
    const now = performance.now(), moment = epoch - 1 + (batches ? batch / batches : 0);
    if (this.#pace.isDue(now)) await this.#look(moment, step);
    if (now - this.#shown < interval) return;
    this.#shown = now;
    await this.#show(step, measured);
  }

  /** An epoch is done. */
  async epoch({ epoch, step, seconds: _, ...measured }: EpochRecord): Promise<void> {
    const now = performance.now(), { phase, net, test } = this.#phase!;
    await this.#look(epoch, step);
    await this.#show(step, measured);
    if (this.#looks === undefined || phase === "head" || !(test instanceof Dataset)) return;
    if (!this.#mistakesPace.isDue(now)) return;
    await keepMistakes(await TestImages.ask(net, test), `${this.#folder}/mistakes`);
    this.#mistakesPace.took(now, performance.now());
  }

  async #look(epoch: number, step: number): Promise<void> {
    const { phase, net, train, settings } = this.#phase!, began = performance.now();
    const isForNobody = this.#looks === undefined && this.#events === undefined;
    if (isForNobody) return;
    this.#probe ??= await Probe.of(net, train, settings);
    const seen = await this.#probe.look(), ofPhase = phase === "head" ? { phase } : {};
    await this.#looks?.add({ time: new Date().toISOString(), epoch, step, ...ofPhase, ...seen });
    await this.#events?.show(step, shownOf(seen).map(([tag, value]) => [this.#tag(tag), value]));
    this.#pace.took(began, performance.now());
  }

  async #show(step: number, measured: object): Promise<void> {
    const numbers = numbersIn(measured).map(([tag, value]): Shown => [this.#tag(tag), value]);
    await this.#events?.show(step, numbers);
  }

  /** Steps of the head alone are counted by themselves. */
  #tag(tag: string): string {
    return this.#phase!.phase === "head" ? `head/${tag}` : tag;
  }

  /** Closes its files. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#looks?.[Symbol.dispose]();
    this.#events?.[Symbol.dispose]();
    return Promise.resolve();
  }
}

/** All numbers in an object, with the names that lead to them. */
function numbersIn(value: object, before = ""): [string, number][] {
  return Object.entries(value).flatMap(([name, one]): [string, number][] => {
    if (typeof one === "number") return [[before + name, one]];
    return typeof one === "object" && one !== null ? numbersIn(one, `${before}${name}/`) : [];
  });
}

/** What a look shows, in the words of TensorBoard. */
function shownOf({ weights, activations, filters }: Seen): Shown[] {
  return [
    ...Object.entries(weights).flatMap(([name, { norm, gradient, histogram }]): Shown[] => [
      [`norms of weights/${name}`, norm],
      ...gradient === undefined ? [] : [[`norms of gradients/${name}`, gradient] as const],
      [`weights/${name}`, histogram],
    ]),
    ...Object.entries(activations).map(([name, { histogram }]): Shown => [
      `activations/${name}`,
      histogram,
    ]),
    ...filters ? [["filters", pictureOf(filters)] as const] : [],
  ];
}

function pictureOf(filters: NonNullable<Seen["filters"]>) {
  const { width, height, channels, bytes } = mosaicOf(filters);
  return { width, height, channels, bytes: encodePng(bytes, width, height, channels) };
}

/** TensorBoard would show what it finds of a run before as part of the new one. */
async function removeEvents(folder: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.startsWith(eventPrefix)) await Deno.remove(`${folder}/${name}`);
  }
}
