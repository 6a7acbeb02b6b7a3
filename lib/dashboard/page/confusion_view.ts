/// <reference lib="dom" />
import { check, element, nothing } from "./element.ts";
import { OneRunView } from "./one_run.ts";
import { source } from "./source.ts";
import type { Mistakes, RunSummary } from "./types.ts";

/** Classes whose names and counts are legible. */
const mostCells = 30;

/** Pairs that are listed. */
const mostPairs = 12;

type Confusion = NonNullable<Mistakes["confusion"]>;

/** How often each class was taken for each. */
export class ConfusionView extends OneRunView<Mistakes> {
  readonly title = "Confusion";
  #hidesRight = false;
  #shown: { readonly place: HTMLElement; readonly confusion: Confusion } | undefined;

  protected fetch({ id }: RunSummary): Promise<Mistakes> {
    return source.mistakes(id);
  }

  protected show(place: HTMLElement, { confusion }: Mistakes): void {
    if (confusion === undefined) {
      place.replaceChildren(nothing(
        "Nothing was counted",
        "It is at the end of a run, and with --record after epochs; a stream of images is not counted.",
      ));
      return;
    }
    this.#shown = { place, confusion };
    this.#draw();
  }

  #draw(): void {
    const { place, confusion } = this.#shown!, { classes, counts } = confusion;
    const total = counts.reduce((sum, [, , count]) => sum + count, 0);
    const right = counts.reduce((sum, [a, b, count]) => a === b ? sum + count : sum, 0);
    const pairs = counts.filter(([a, b]) => a !== b).toSorted((a, b) => b[2] - a[2]);
    place.replaceChildren(
      element(
        "div",
        { class: "toolbar" },
        check("Only mistakes", this.#hidesRight, (hides) => {
          this.#hidesRight = hides;
          this.#draw();
        }),
        element(
          "span",
          { class: "note" },
          `${right.toLocaleString("en")} of ${total.toLocaleString("en")} right ` +
            `(${(100 * right / Math.max(1, total)).toFixed(2)} %)`,
        ),
      ),
      element(
        "div",
        { class: "confusion" },
        element(
          "article",
          { class: "card" },
          classes.length <= mostCells
            ? matrixTable(confusion, this.#hidesRight)
            : matrixPicture(confusion, this.#hidesRight),
        ),
        element(
          "article",
          { class: "card" },
          element("header", {}, element("h3", {}, "Confused most often")),
          pairs.length === 0
            ? element("p", { class: "note" }, "No class was taken for another.")
            : element(
              "ol",
              { class: "pairs" },
              ...pairs.slice(0, mostPairs).map(([label, predicted, count]) =>
                element(
                  "li",
                  {},
                  element("b", {}, classes[label] ?? String(label)),
                  " taken for ",
                  element("b", {}, classes[predicted] ?? String(predicted)),
                  element("span", { class: "count" }, String(count)),
                )
              ),
            ),
        ),
      ),
    );
  }
}

/** How strong a cell is: the share of its row, or of the most frequent mistake. */
function strengths({ classes, counts }: Confusion, hidesRight: boolean): Map<number, number> {
  const n = classes.length, rows = new Map<number, number>();
  for (const [label, , count] of counts) rows.set(label, (rows.get(label) ?? 0) + count);
  const most = Math.max(1, ...counts.filter(([a, b]) => a !== b).map(([, , count]) => count));
  return new Map(
    counts.filter(([a, b]) => !hidesRight || a !== b)
      .map(([a, b, count]) => [a * n + b, hidesRight ? count / most : count / rows.get(a)!]),
  );
}

function matrixTable(confusion: Confusion, hidesRight: boolean): HTMLElement {
  const { classes, counts } = confusion, n = classes.length;
  const strong = strengths(confusion, hidesRight);
  const found = new Map(counts.map(([a, b, count]) => [a * n + b, count]));
  const cell = (a: number, b: number) => {
    const count = found.get(a * n + b) ?? 0, share = strong.get(a * n + b) ?? 0;
    const isRight = a === b, isHidden = hidesRight && isRight;
    return element("td", {
      class: isRight ? "right" : "wrong",
      // A single mistake among many is still seen.
      style: share > 0 ? `--share: ${(0.1 + 0.9 * Math.sqrt(share)).toFixed(3)}` : undefined,
      "data-strong": share > 0.35,
      title: `${classes[a]} taken for ${classes[b]}: ${count}`,
    }, isHidden || count === 0 ? "" : String(count));
  };
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Confusion matrix" },
    element(
      "table",
      { class: "matrix" },
      element("caption", {}, "Rows are what images show, columns what they are taken for."),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("td", {}),
          ...classes.map((name) =>
            element("th", { scope: "col", title: name }, element("span", {}, name))
          ),
        ),
      ),
      element(
        "tbody",
        {},
        ...classes.map((name, a) =>
          element(
            "tr",
            {},
            element("th", { scope: "row", title: name }, name),
            ...classes.map((_, b) => cell(a, b)),
          )
        ),
      ),
    ),
  );
}

/** Of many classes a picture, a pixel for each pair. */
function matrixPicture(confusion: Confusion, hidesRight: boolean): HTMLElement {
  const { classes } = confusion, n = classes.length;
  const canvas = element("canvas", {
    class: "pixels",
    role: "img",
    "aria-label": `Confusions of ${n} classes; the list beside it has the most frequent`,
  });
  canvas.width = canvas.height = n;
  const context = canvas.getContext("2d")!;
  for (const [place, share] of strengths(confusion, hidesRight)) {
    const isRight = Math.floor(place / n) === place % n;
    const strength = 0.25 + 0.75 * Math.sqrt(share);
    context.fillStyle = isRight ? `rgb(66 105 208 / ${strength})` : `rgb(224 82 60 / ${strength})`;
    context.fillRect(place % n, Math.floor(place / n), 1, 1);
  }
  const says = element(
    "p",
    { class: "note" },
    "Rows are what images show, columns what they are taken for.",
  );
  canvas.onmousemove = ({ offsetX, offsetY }) => {
    const at = (offset: number) => classes[Math.floor(offset / canvas.clientWidth * n)];
    says.textContent = `${at(offsetY) ?? ""} taken for ${at(offsetX) ?? ""}`;
  };
  return element("div", {}, canvas, says);
}
