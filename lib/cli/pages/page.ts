/**
 * Pages that commands leave: one file each, which needs no network and no script.
 *
 * @module
 */
import { splitPath } from "../../core/files.ts";
import { escapeMarkup } from "../../plotly_svg/mod.ts";
import { dataUrl } from "../../show/bundle.ts";
import type { Figure } from "../../show/figure.ts";

/** A part of a page. */
export interface Section {
  readonly heading: string;
  /** A sentence under the heading. */
  readonly note?: string;
  /** What it shows, as HTML. */
  readonly html: string;
}

/** A picture and what stands below it. */
export interface Tile {
  /** The file of a PNG picture. */
  readonly png: Uint8Array;
  /** What the picture shows, for those who do not see it. */
  readonly alt: string;
  /** The caption, as HTML. */
  readonly caption: string;
}

const style = `
:root { color-scheme: light dark; --ground: #fff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14181d; --text: #e6eaef; --soft: #9aa5b1; --line: #38414b }
}
body { background: var(--ground); color: var(--text); margin: 0 auto; max-width: 60rem;
  padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem }
p { margin: .3rem 0; color: var(--soft) }
table { border-collapse: collapse; margin: .6rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600; color: var(--soft) }
img { background: #fff; border-radius: 4px; max-width: 100%; height: auto }
.tiles { display: flex; flex-wrap: wrap; gap: 1rem; margin: .8rem 0 }
.tiles figure { margin: 0; width: 7.5rem; font-size: .85rem; line-height: 1.3;
  overflow-wrap: anywhere }
.tiles.wide figure { width: 17rem }
.tiles img { display: block; width: 100%; margin-bottom: .3rem; image-rendering: pixelated }
.tiles.wide img { image-rendering: auto }
.bar { display: grid; grid-template-columns: 1fr 4.2rem; gap: .5rem }
.bar span:last-child { text-align: right; font-variant-numeric: tabular-nums }
.share { height: 4px; background: #4c78a8; border-radius: 2px; margin: 0 0 .35rem }
`;

/** A page of sections. */
export function page(title: string, summary: string, sections: readonly Section[]): string {
  const parts = sections.map(({ heading, note, html }) =>
    `<section><h2>${escapeMarkup(heading)}</h2>` +
    `${note === undefined ? "" : `<p>${escapeMarkup(note)}</p>`}${html}</section>`
  );
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title><style>${style}</style></head>
<body><h1>${escapeMarkup(title)}</h1><p>${escapeMarkup(summary)}</p>
${parts.join("\n")}
</body></html>
`;
}

/** What a place is called in a title: the last part of its path. */
export const placeName = (place: string): string => splitPath(place.replace(/[/\\]+$/, ""))[1];

/** The picture of a figure. */
export function picture(figure: Figure): string {
  const alt = escapeMarkup(figure.title || "figure");
  return `<img alt="${alt}" src="${dataUrl("image/svg+xml", figure.svg())}">`;
}

/** Pictures beside one another; `wide` ones are photographs. */
export function tiles(list: readonly Tile[], { wide = false } = {}): string {
  const figures = list.map(({ png, alt, caption }) =>
    `<figure><img alt="${escapeMarkup(alt)}" src="${dataUrl("image/png", png)}">` +
    // No line begins with the unit.
    `<figcaption>${caption.replaceAll(" %", "&nbsp;%")}</figcaption></figure>`
  );
  return `<div class="tiles${wide ? " wide" : ""}">${figures.join("")}</div>`;
}

/** A table of names and what there is to say of them. */
export function settingsTable(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([name, value]) =>
    `<tr><th align="left" scope="row">${escapeMarkup(name)}</th><td>${
      escapeMarkup(value)
    }</td></tr>`
  );
  return `<table>${lines.join("")}</table>`;
}
