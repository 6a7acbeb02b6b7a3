/// <reference lib="dom" />
import { element, nothing } from "./element.ts";
import { OneRunView } from "./one_run.ts";
import { source } from "./source.ts";
import type { Mistakes, RunSummary } from "./types.ts";

/** Test images that the network takes for something else, those it is surest of first. */
export class MistakesView extends OneRunView<Mistakes> {
  readonly title = "Mistakes";

  protected fetch({ id }: RunSummary): Promise<Mistakes> {
    return source.mistakes(id);
  }

  protected show(place: HTMLElement, { mistakes }: Mistakes, { id, revision }: RunSummary): void {
    if (mistakes.length === 0) {
      place.replaceChildren(nothing(
        "No mistakes were kept",
        "They are at the end of a run, and with --record after epochs; a stream of images keeps none.",
      ));
      return;
    }
    place.replaceChildren(
      element(
        "p",
        { class: "note" },
        "Test images that the network is wrong about, and surest of: in red what it takes them for.",
      ),
      element(
        "ul",
        { class: "pictures" },
        ...mistakes.map(({ file, image, label, predicted, probability }) => {
          const share = `${(100 * probability).toFixed(probability > 0.995 ? 1 : 0)} %`;
          return element(
            "li",
            { class: "card", title: image },
            element("img", {
              src: source.picture(id, file, revision),
              alt: `${label}, taken for ${predicted}`,
              loading: "lazy",
            }),
            element(
              "div",
              { class: "verdict" },
              element("span", { class: "wrong" }, predicted),
              element("span", { class: "share" }, share),
            ),
            element(
              "div",
              { class: "meter" },
              element("i", { style: `width: ${100 * probability}%` }),
            ),
            element("div", { class: "right" }, "is ", element("b", {}, label)),
          );
        }),
      ),
    );
  }
}
