import { describeValue, wrongType } from "../core/errors.ts";
import { jupyterDisplay, type MimeBundle } from "./bundle.ts";
import type { Figure } from "./figure.ts";

/**
 * A figure whose numbers are yet to be read from the device. It is used as a {@linkcode Figure} is:
 * `await plot.images(x).show()`, `await plot.images(x).save("x.png")`, as a cell's last value, or as the
 * figure itself, `await plot.images(x)`.
 *
 * ```ts
 * import { plot, randomNormal } from "@striate/striate";
 * const pending = plot.images(randomNormal([4, 8, 8], { seed: 1 }), { title: "Noise" });
 * await pending.save(`${await Deno.makeTempDir()}/noise.svg`);
 * console.log(`${await pending}`); // Figure "Noise": image
 * ```
 */
export class PendingFigure extends Promise<Figure> {
  /** A figure that `make` hands to its first argument in time, as a promise does. */
  constructor(make: ConstructorParameters<typeof Promise<Figure>>[0]) {
    if (typeof make !== "function") {
      const expected = "a function of resolve and reject; PendingFigure.of() takes a promise";
      throw wrongType("PendingFigure", expected, describeValue(make));
    }
    super(make);
  }

  /** What follows from it, such as by `then`, is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** A figure that is being made. */
  static of(making: Promise<Figure>): PendingFigure {
    return new PendingFigure((resolve, reject) => making.then(resolve, reject));
  }

  /** The picture of the figure, as SVG. */
  async svg(): Promise<string> {
    return (await this).svg();
  }

  /** The picture of the figure, as PNG. */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    return await (await this).png();
  }

  /** The live chart as HTML. */
  async html(): Promise<string> {
    return (await this).html();
  }

  /** Shows the figure in a notebook; elsewhere prints it as a text. */
  async show(): Promise<void> {
    await (await this).show();
  }

  /** Writes the figure to a file, as {@linkcode Figure.save} does. */
  async save(path: string): Promise<void> {
    await (await this).save(path);
  }

  /** How a notebook shows it. */
  async [jupyterDisplay](): Promise<MimeBundle> {
    return await (await this)[jupyterDisplay]();
  }
}
