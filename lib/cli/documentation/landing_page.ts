import { escapeMarkup } from "../../plotly_svg/mod.ts";
import type { Topic } from "./topics.ts";

/** A topic and the names of what it exports. */
export interface ListedTopic extends Topic {
  readonly symbols: readonly string[];
}

const style = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1.5rem }
h1 { margin: 0 } h2 { margin: 1.6rem 0 0; font-size: 1.15rem } p { margin: .2rem 0 }
a { color: #1d6fa5; text-decoration: none } a:hover { text-decoration: underline }
@media (prefers-color-scheme: dark) { body { background: #14181d; color: #e6eaef } a { color: #7cc0ec } }
.symbols { font: .85rem/1.7 ui-monospace, monospace } pre { padding: .8rem 1rem; background: #8881;
  border-radius: 4px; overflow-x: auto }
`;

/** The page that leads to the topics. */
export function landingPage(topics: readonly ListedTopic[]): string {
  const sections = topics.map(({ name, about, module, symbols }) => {
    const links = symbols.map((symbol) =>
      `<a href="${module}.ts/~/${encodeURIComponent(symbol)}.html">${escapeMarkup(symbol)}</a>`
    );
    return `<section><h2><a href="${module}.ts/index.html">${name}</a></h2>` +
      `<p>${escapeMarkup(about)}</p><p class="symbols">${links.join(" · ")}</p></section>`;
  });
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Striate: what there is</title><style>${style}</style></head>
<body><h1>Striate</h1>
<p>All that <code>mod.ts</code> exports, by topic. Examples run when they are copied, where the name
<code>@striate/striate</code> is known: in a checkout it is, elsewhere by a line of your
<code>deno.json</code>:</p>
<pre>{ "imports": { "@striate/striate": "STRIATE/mod.ts" } }</pre>
<p><a href="all_symbols.html">All in one list</a></p>
${sections.join("\n")}
</body></html>
`;
}
