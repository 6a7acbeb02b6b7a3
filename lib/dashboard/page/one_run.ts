/// <reference lib="dom" />
import { element, nothing } from "./element.ts";
import { state, type View } from "./state.ts";
import type { RunSummary } from "./types.ts";

/** What is needed to have looked at a network on the way. */
export const recordAdvice = "Looks at a network are taken where they are asked for.";
/** The command that asks for it. */
export const recordCommand = "deno task train --record";

/** A view of a single run: what it shows is fetched anew where the run has changed, or is another. */
export abstract class OneRunView<T> implements View {
  abstract readonly title: string;
  readonly isOfOne = true;
  /** Where what was fetched is shown. */
  #place: HTMLElement | undefined;
  #shown: string | undefined;
  #isFetching = false;

  /** What there is to show. */
  protected abstract fetch(run: RunSummary): Promise<T>;
  /** Shows it in a place that is empty or has what was shown of the same run before. */
  protected abstract show(place: HTMLElement, data: T, run: RunSummary): void;
  /** Lets go of what is in the place. */
  protected clear(): void {}

  open(place: HTMLElement): void {
    this.#place = element("div", { class: "single" });
    place.append(this.#place);
    this.#shown = undefined;
    this.update();
  }

  async update(): Promise<void> {
    const place = this.#place, run = state.focus;
    if (place === undefined) return;
    if (run === undefined) {
      place.replaceChildren(nothing("No run", "Runs appear here as soon as they begin."));
      return;
    }
    const version = this.versionOf(run);
    if (version === this.#shown || this.#isFetching) return;
    this.#isFetching = true;
    try {
      const data = await this.fetch(run);
      if (place !== this.#place) return;
      if (!this.#shown?.startsWith(`${run.id}\n`)) {
        this.clear();
        place.replaceChildren();
      }
      this.#shown = version;
      this.show(place, data, run);
    } catch (error) {
      place.replaceChildren(nothing("Nothing to show", (error as Error).message));
    } finally {
      this.#isFetching = false;
    }
    // Another run may have been chosen meanwhile.
    if (state.focus?.id !== run.id) await this.update();
  }

  /** What makes it be fetched anew when it is another; begins with the run's name. */
  protected versionOf({ id, revision }: RunSummary): string {
    return `${id}\n${revision}`;
  }

  /** Fetches and shows it again. */
  protected again(): void {
    this.#shown = undefined;
    void this.update();
  }

  close(): void {
    this.clear();
    this.#place = undefined;
  }
}
