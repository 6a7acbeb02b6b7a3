import { modules, plotly, script, style } from "./assets.ts";
import { dataUrl } from "../show/bundle.ts";
import { graphOf } from "./graph.ts";
import type { ExportedData, ExportedRun, Overview } from "./page/types.ts";
import type { RunView } from "./run_view.ts";

/** Points of each curve. */
const points = 2000;

/**
 * The page with all that it shows of some runs in one file, which needs no server and no network. Its
 * modules are in the file, too: an import map says under which names.
 */
export async function exportedPage(
  overview: Overview,
  runs: ReadonlyMap<string, RunView>,
): Promise<string> {
  const data: ExportedData = {
    overview: {
      runs: overview.runs.filter(({ id }) => runs.has(id)),
      sweeps: overview.sweeps.filter(({ trials }) =>
        trials.some((trial) => trial.runs.some((run) => runs.has(run)))
      ),
    },
    runs: Object.fromEntries(
      await Promise.all(Array.from(runs, async ([id, run]) => [id, await exported(run)] as const)),
    ),
  };
  const imports = await Promise.all(modules.map(async (name) => {
    // A module in a data: URL has no place that "./" could be relative to.
    const text = (await script(name)).replaceAll(/from "\.\/(\w+)\.ts"/g, 'from "page/$1"');
    return [`page/${name}`, dataUrl("text/javascript", text)] as const;
  }));
  return `<!doctype html>
<html lang="en" data-title="exported">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Striate: runs</title>
<style>${await style()}</style>
<script type="importmap">${
    inScript(JSON.stringify({ imports: Object.fromEntries(imports) }))
  }</script>
<script type="application/json" id="data">${inScript(JSON.stringify(data))}</script>
<script>${(await plotly()).replaceAll(/<(?=\/script|!--)/gi, "\\x3c")}</script>
<body><noscript>This page draws its charts by scripts.</noscript>
<script type="module">import "page/main";</script>
</body>
</html>
`;
}

/** All that there is to show of a run. */
async function exported(run: RunView): Promise<ExportedRun> {
  const mistakes = await run.mistakes(), graph = await graphOf(run.folder);
  const pictures = await Promise.all(mistakes.mistakes.map(async ({ file }) => {
    const bytes = await run.picture(file);
    return bytes === undefined ? [] : [[file, dataUrl("image/png", bytes)] as const];
  }));
  return {
    series: run.metrics.series(points),
    norms: await run.probes.norms(),
    weights: await run.probes.histograms("weights"),
    activations: await run.probes.histograms("activations"),
    filters: await run.probes.filters() ?? null,
    mistakes,
    pictures: Object.fromEntries(pictures.flat()),
    ...graph !== undefined && { graph: dataUrl("image/svg+xml", graph) },
  };
}

/** JSON that can stand within a script. */
const inScript = (text: string) => text.replaceAll("<", "\\u003c");
