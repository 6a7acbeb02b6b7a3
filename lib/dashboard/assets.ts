/**
 * What the page is made of: its modules, which are TypeScript without its types, its style and plotly.js.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import { loadPackage } from "../core/package.ts";
import { packageFile } from "../core/package_file.ts";

/** The modules of the page, each after those that it needs. */
export const modules = [
  "thin",
  "smooth",
  "element",
  "format",
  "filter",
  "colors",
  "source",
  "state",
  "plot",
  "runs_panel",
  "curves_view",
  "table_view",
  "one_run",
  "layers_view",
  "histograms_view",
  "filters_view",
  "mistakes_view",
  "confusion_view",
  "graph_view",
  "settings_view",
  "sweep_view",
  "main",
] as const;

/** A module of the page. */
export type PageModule = typeof modules[number];

/** Whether there is a module of a name. */
export const isModule = (name: string): name is PageModule =>
  modules.some((module) => module === name);

/** A file beside the page; also where this library comes from a URL. */
const pageFile = async (name: string): Promise<string> =>
  await (await fetch(new URL(`./page/${name}`, import.meta.url))).text();

const scripts = new Map<PageModule, Promise<string>>();

/** A module of the page as JavaScript. */
export const script = (name: PageModule): Promise<string> =>
  scripts.getOrInsertComputed(
    name,
    async () => stripTypeScriptTypes(await pageFile(`${name}.ts`)),
  );

/** The style of the page: colours, what is around the views, these, and all of it in narrow windows. */
export async function style(): Promise<string> {
  const parts = ["theme.css", "frame.css", "views.css", "pictures.css", "narrow.css"];
  return (await Promise.all(parts.map(pageFile))).join("");
}

/** The page, with what its scripts are to know. */
export async function page(about: Readonly<Record<string, string>>): Promise<string> {
  const html = await pageFile("index.html");
  const attributes = Object.entries(about).map(([name, value]) =>
    ` data-${name}="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`
  );
  return html.replace("<html", () => `<html${attributes.join("")}`);
}

const plotlyPackage = "npm:plotly.js-dist-min@4.1.2";

let plotlyText: Promise<string> | undefined;

/** plotly.js, out of Deno's cache of packages. */
export function plotly(): Promise<string> {
  plotlyText ??= (async () => {
    await loadPackage(`${plotlyPackage}/package.json`, "Charts of the dashboard", {
      with: { type: "json" },
    });
    return new TextDecoder().decode(
      await packageFile(plotlyPackage, "plotly.min.js", "charts of the dashboard"),
    );
  })();
  plotlyText.catch(() => plotlyText = undefined); // the next page may find a network
  return plotlyText;
}
