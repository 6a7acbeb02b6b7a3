/// <reference lib="dom" />
/**
 * The page: the list of runs, the views, and what belongs to all of them.
 *
 * @module
 */
import { ConfusionView } from "./confusion_view.ts";
import { CurvesView } from "./curves_view.ts";
import { button, element, select } from "./element.ts";
import { FiltersView } from "./filters_view.ts";
import { GraphView } from "./graph_view.ts";
import { HistogramsView } from "./histograms_view.ts";
import { LayersView } from "./layers_view.ts";
import { MistakesView } from "./mistakes_view.ts";
import { RunsPanel } from "./runs_panel.ts";
import { SettingsView } from "./settings_view.ts";
import { source } from "./source.ts";
import { type Choices, state, type View } from "./state.ts";
import { SweepView } from "./sweep_view.ts";
import { TableView } from "./table_view.ts";

/** The views by the names that addresses have for them. */
const views: ReadonlyMap<string, View> = new Map<string, View>([
  ["curves", new CurvesView()],
  ["runs", new TableView()],
  ["layers", new LayersView()],
  ["histograms", new HistogramsView()],
  ["filters", new FiltersView()],
  ["mistakes", new MistakesView()],
  ["confusion", new ConfusionView()],
  ["graph", new GraphView()],
  ["settings", new SettingsView()],
  ["sweeps", new SweepView()],
]);

const panelPlace = element("div", { class: "panel-body" });
const place = element("div", { class: "view", role: "tabpanel", id: "view", tabindex: -1 });
const heading = element("h1", { class: "hidden" });
const focusLine = element("div", { class: "focus-line" });
const connection = element("span", { class: "connection", role: "status" });
const announcements = element("div", { class: "hidden", "aria-live": "polite" });
const tabs = new Map(
  Array.from(views, ([name, { title }]) => [
    name,
    element("button", {
      type: "button",
      role: "tab",
      id: `tab-${name}`,
      "aria-controls": "view",
      on: {
        click: () => location.hash = name,
        keydown: (event) => moveAmongTabs(event as KeyboardEvent, name),
      },
    }, title),
  ]),
);

/** Arrow keys go from tab to tab, as the pattern of WAI-ARIA for tabs has it. */
function moveAmongTabs(event: KeyboardEvent, name: string): void {
  const names = [...tabs.keys()], at = names.indexOf(name);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = names[(to + names.length) % names.length]!;
  location.hash = next;
  tabs.get(next)!.focus();
}

const themes: readonly Choices["theme"][] = ["auto", "light", "dark"];
const themeButton = button("", () => {
  const next = themes[(themes.indexOf(state.choices.theme) + 1) % themes.length]!;
  state.choose({ theme: next });
  applyTheme();
  reopen();
}, { class: "quiet" });

function applyTheme(): void {
  const { theme } = state.choices;
  document.documentElement.dataset.theme = theme;
  themeButton.textContent =
    { auto: "Theme: auto", light: "Theme: light", dark: "Theme: dark" }[theme];
}

/** Links that save what is shown; their addresses follow what that is. */
const exports = [
  ["CSV", "export.csv", "All points of the runs that are shown"],
  ["HTML", "export.html", "One file with all views of the runs that are shown, without a server"],
] as const;
const exportLinks = exports.map(([text, name, title]) =>
  [name, element("a", { class: "quiet", title, download: "" }, text)] as const
);

function build(): void {
  const title = document.documentElement.dataset.title ?? "runs";
  const panel = element(
    "details",
    { class: "panel", open: innerWidth > 800 },
    element("summary", {}, "Runs"),
    panelPlace,
  );
  document.body.append(
    element("a", {
      class: "skip",
      href: "#view",
      on: {
        click: (event) => {
          event.preventDefault();
          place.focus();
        },
      },
    }, "To the content"),
    element(
      "header",
      { class: "bar" },
      element("span", { class: "brand" }, "Striate"),
      element("span", { class: "folder", title }, title),
      connection,
      element(
        "span",
        { class: "actions" },
        ...source.isLive
          ? [element("span", { class: "note" }, "Export"), ...exportLinks.map(([, link]) => link)]
          : [],
        themeButton,
      ),
    ),
    element("nav", { "aria-label": "Runs" }, panel),
    element(
      "main",
      {},
      heading,
      element("div", { class: "tabs", role: "tablist", "aria-label": "Views" }, ...tabs.values()),
      focusLine,
      place,
    ),
    announcements,
  );
  applyTheme();
}

let opened: View | undefined;

function nameOfView(): string {
  const name = location.hash.slice(1);
  return views.has(name) ? name : "curves";
}

/** Opens the view that the address names. */
function open(): void {
  const name = nameOfView(), view = views.get(name)!;
  for (const [other, tab] of tabs) {
    tab.setAttribute("aria-selected", String(other === name));
    tab.tabIndex = other === name ? 0 : -1;
  }
  tabs.get(name)!.scrollIntoView({ block: "nearest", inline: "nearest" });
  place.setAttribute("aria-labelledby", `tab-${name}`);
  if (view === opened) return;
  opened?.close();
  opened = view;
  heading.textContent = view.title;
  document.title = `${view.title} – Striate`;
  place.replaceChildren();
  view.open(place);
  update(new Set());
}

/** Draws all anew, in other colours. */
function reopen(): void {
  opened?.close();
  opened = undefined;
  open();
}

function update(changed: ReadonlySet<string>): void {
  panel.update();
  const { visible } = state;
  showFocus();
  const query = new URLSearchParams(visible.map(({ id }) => ["run", id]));
  for (const [name, link] of exportLinks) link.href = `/api/${name}?${query}`;
  opened?.update(changed);
  announce(changed);
}

let shownFocus = "";

/** The run that a view of a single one shows, to be chosen from the list. */
function showFocus(): void {
  const { focus, filtered } = state, isOfOne = opened?.isOfOne === true;
  focusLine.hidden = !isOfOne || focus === undefined;
  if (focus === undefined) return;
  const ids = [...new Set([focus.id, ...filtered.map(({ id }) => id)])].sort();
  const shown = JSON.stringify([focus.id, ids]);
  // A list that is open is not to close because a run goes on.
  if (shown === shownFocus) return;
  shownFocus = shown;
  focusLine.replaceChildren(select("Run", ids, focus.id, (id) => state.focusOn(id)));
}

const known = new Map<string, string>();

/** Tells those who do not see it when a run ends. */
function announce(changed: ReadonlySet<string>): void {
  for (const id of changed) {
    const status = state.runs.get(id)?.status, before = known.get(id);
    if (status === undefined) continue;
    known.set(id, status);
    if (before === "running" && status !== "running") {
      announcements.textContent = `${id}: ${status}`;
    }
  }
}

function showConnection(isThere: boolean): void {
  connection.className = `connection ${isThere ? "live" : "gone"}`;
  connection.textContent = isThere ? "live" : "the server is gone; trying again";
}

build();
const panel = new RunsPanel(panelPlace);
state.subscribe(update);
addEventListener("hashchange", open);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", reopen);
// The token has done its work: it is not to stay in the address.
if (source.isLive) history.replaceState(null, "", `/${location.hash}`);
await state.begin();
open();
let isFirst = true;
source.watch(
  (change) => state.take(change),
  (isThere) => {
    showConnection(isThere);
    // What happened meanwhile is not told again.
    if (isThere && !isFirst) void state.begin();
    if (isThere) isFirst = false;
  },
);
if (!source.isLive) connection.textContent = "exported";
