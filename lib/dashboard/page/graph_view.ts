/// <reference lib="dom" />
import { element, nothing } from "./element.ts";
import { OneRunView } from "./one_run.ts";
import { source } from "./source.ts";
import type { RunSummary } from "./types.ts";

/** The graph of a run's network. */
export class GraphView extends OneRunView<string | undefined> {
  readonly title = "Graph";

  protected fetch({ id }: RunSummary): Promise<string | undefined> {
    return Promise.resolve(source.graph(id));
  }

  /** It is the same as long as the run is. */
  protected override versionOf({ id, step }: RunSummary): string {
    return `${id}\n${step > 0}`;
  }

  protected show(place: HTMLElement, url: string | undefined, { id }: RunSummary): void {
    const none = () =>
      place.replaceChildren(nothing(
        "No network is known",
        "It is drawn once the run has written its first checkpoint.",
      ));
    if (url === undefined) return none();
    const picture = element("img", { src: url, alt: `Graph of the network of ${id}` });
    picture.onerror = none;
    place.replaceChildren(element(
      "article",
      { class: "card graph" },
      element(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": "Graph of the network" },
        picture,
      ),
    ));
  }
}
