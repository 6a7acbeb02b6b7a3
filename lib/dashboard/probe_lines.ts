import type { Probed } from "../probe/probe_file.ts";
import type { FilterFrames, HistogramsByName, Norms } from "./page/types.ts";
import { probedIn } from "./probed_line.ts";

/** So many looks are shown of norms, and of what is larger. */
const [mostNorms, mostFrames] = [400, 48];

/** What was seen of a network, as the file of a run has it. */
export class ProbeLines {
  readonly #path: string;

  /** The looks in a file, which need not be there. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Some of the looks, evenly spread, with the last. */
  async #looks(most: number): Promise<Probed[]> {
    let text: string;
    try {
      if (!Deno.lstatSync(this.#path).isFile) return [];
      text = await Deno.readTextFile(this.#path);
    } catch {
      return [];
    }
    const lines = text.split("\n").filter((line) => line !== "");
    const stride = Math.max(1, Math.ceil(lines.length / most)),
      offset = (lines.length - 1) % stride;
    return lines.filter((_, i) => i % stride === offset).flatMap((line): Probed[] => {
      const probed = probedIn(line);
      // A head that learns alone has weights and steps of its own.
      return probed === undefined || probed.phase === "head" ? [] : [probed];
    });
  }

  /** The norms over time. */
  async norms(): Promise<Norms> {
    const looks = await this.#looks(mostNorms);
    const over = <T>(
      part: (look: Probed) => Readonly<Record<string, T>>,
      number: (one: T) => number | undefined,
    ) => {
      const names = new Set(looks.flatMap((look) => Object.keys(part(look))));
      return Object.fromEntries(
        Array.from(names, (name) => [
          name,
          looks.map((look) => {
            const one = part(look)[name];
            return one === undefined ? null : number(one) ?? null;
          }),
        ]),
      );
    };
    return {
      step: looks.map(({ step }) => step),
      epoch: looks.map(({ epoch }) => Number(epoch.toFixed(4))),
      weights: over(({ weights }) => weights, ({ norm }) => norm),
      gradients: over(({ weights }) => weights, ({ gradient }) => gradient),
      zeros: over(({ activations }) => activations, ({ zeros }) => zeros),
      deviations: over(({ activations }) => activations, ({ deviation }) => deviation),
    };
  }

  /** The histograms over time of weights, or of what layers yield. */
  async histograms(kind: "weights" | "activations"): Promise<HistogramsByName> {
    const looks = await this.#looks(mostFrames);
    const names = new Set(looks.flatMap((look) => Object.keys(look[kind])));
    return Object.fromEntries(
      Array.from(names, (name) => {
        const found = looks.filter((look) => look[kind][name] !== undefined);
        const histograms = found.map((look) => look[kind][name]!.histogram);
        return [name, {
          epoch: found.map(({ epoch }) => Number(epoch.toFixed(4))),
          low: histograms.map(({ low }) => low),
          high: histograms.map(({ high }) => high),
          counts: histograms.map(({ counts }) => counts),
        }];
      }),
    );
  }

  /** The first filters over time; undefined where there are none. */
  async filters(): Promise<FilterFrames | undefined> {
    const looks = (await this.#looks(mostFrames)).filter(({ filters }) => filters !== undefined);
    const first = looks[0]?.filters;
    if (first === undefined) return undefined;
    const { name, shape } = first;
    return {
      name,
      shape,
      epoch: looks.map(({ epoch }) => Number(epoch.toFixed(4))),
      range: looks.map(({ filters }) => filters!.range),
      pixels: looks.map(({ filters }) => filters!.pixels),
    };
  }
}
