/// <reference lib="dom" />
import { button, element, nothing } from "./element.ts";
import { number } from "./format.ts";
import { OneRunView, recordCommand } from "./one_run.ts";
import { source } from "./source.ts";
import type { FilterFrames, RunSummary } from "./types.ts";

/** Milliseconds that a moment is shown for. */
const frameTime = 150;

/** The filters of the first convolution, at a moment that can be chosen. */
export class FiltersView extends OneRunView<FilterFrames | null> {
  readonly title = "Filters";
  #frames: FilterFrames | undefined;
  /** The moment that is shown; undefined for the last, whichever that is. */
  #at: number | undefined;
  #canvas = element("canvas");
  #slider = element("input", { type: "range", min: 0, step: 1, "aria-label": "Moment" });
  #moment = element("output");
  #play = button("Play", () => this.#toggle());
  #timer: ReturnType<typeof setInterval> | undefined;

  protected fetch({ id }: RunSummary): Promise<FilterFrames | null> {
    return source.filters(id);
  }

  protected show(place: HTMLElement, frames: FilterFrames | null): void {
    if (frames === null) {
      this.#frames = undefined;
      place.replaceChildren(nothing(
        "No filters were recorded",
        "There are some where the first layer is a convolution larger than 1 x 1, and looks are taken.",
        recordCommand,
      ));
      return;
    }
    this.#frames = frames;
    if (!place.contains(this.#canvas)) this.#build(place, frames);
    this.#slider.max = String(frames.epoch.length - 1);
    this.#draw();
  }

  #build(
    place: HTMLElement,
    { name, shape: [height, width, channels, count] }: FilterFrames,
  ): void {
    this.#canvas.setAttribute("role", "img");
    this.#slider.oninput = () => {
      const at = Number(this.#slider.value);
      this.#at = at === this.#frames!.epoch.length - 1 ? undefined : at;
      this.#draw();
    };
    const kind = channels === 3 ? "in colour" : "in grey";
    place.replaceChildren(
      element(
        "article",
        { class: "card filters" },
        element(
          "header",
          {},
          element("h3", {}, name),
          element("span", { class: "note" }, `${count} filters of ${height} x ${width}, ${kind}`),
        ),
        element("div", { class: "toolbar" }, this.#play, this.#slider, this.#moment),
        this.#canvas,
        element("p", { class: "note" }, "Grey is zero; all have the same scale at a moment."),
      ),
    );
  }

  #toggle(): void {
    if (this.#timer !== undefined) return this.#pause();
    const { epoch } = this.#frames!;
    let at = this.#at ?? -1;
    this.#play.textContent = "Pause";
    this.#timer = setInterval(() => {
      at++;
      this.#at = at >= epoch.length - 1 ? undefined : at;
      this.#draw();
      if (this.#at === undefined) this.#pause();
    }, frameTime);
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#play.textContent = "Play";
  }

  #draw(): void {
    const { shape, epoch, range, pixels } = this.#frames!, at = this.#at ?? epoch.length - 1;
    this.#slider.value = String(at);
    this.#moment.textContent = `epoch ${number(Number(epoch[at]!.toFixed(2)))}, weights up to ±${
      number(range[at])
    }`;
    drawFilters(this.#canvas, shape, pixels[at]!);
    this.#canvas.setAttribute("aria-label", `${shape[3]} filters at ${this.#moment.textContent}`);
  }

  protected override clear(): void {
    this.#pause();
    this.#at = undefined;
  }
}

/** Draws filters side by side, their pixels as squares. */
function drawFilters(
  canvas: HTMLCanvasElement,
  [height, width, channels, count]: FilterFrames["shape"],
  base64: string,
): void {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const across = Math.min(count, Math.max(1, Math.ceil(Math.sqrt(count * 1.6))));
  const scale = Math.max(2, Math.round(Math.min(72, 900 / across) / width)), gap = 6;
  const down = Math.ceil(count / across);
  canvas.width = across * (width * scale + gap) - gap;
  canvas.height = down * (height * scale + gap) - gap;
  const context = canvas.getContext("2d")!;
  for (let filter = 0; filter < count; filter++) {
    const left = filter % across * (width * scale + gap);
    const top = Math.floor(filter / across) * (height * scale + gap);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const start = ((filter * height + y) * width + x) * channels;
        const [r, g, b] = channels === 3
          ? bytes.subarray(start, start + 3)
          : Array(3).fill(bytes[start]);
        context.fillStyle = `rgb(${r} ${g} ${b})`;
        context.fillRect(left + x * scale, top + y * scale, scale, scale);
      }
    }
  }
}
