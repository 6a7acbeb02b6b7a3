import type { Profile } from "../profile/profile.ts";
import { layerText } from "../profile/spans.ts";
import {
  ceilingText,
  figure,
  layersText,
  millions,
  partsOf,
  percent,
  profileSummary,
  slowestOf,
} from "../profile/text.ts";
import { escapeMarkup } from "../plotly_svg/mod.ts";
import { jupyterDisplay, type MimeBundle } from "./bundle.ts";
import { profile as plotProfile } from "./plot/profile.ts";
import { type Table, table } from "./table.ts";

/** What a profile looks like: where the time goes drawn, its sums by layer, and the longest launches. */
export async function profileBundle(profile: Profile): Promise<MimeBundle> {
  const text = { "text/plain": String(profile) };
  if (profile.launches.length === 0) return text;
  const { "text/html": chart, "image/png": png } = await plotProfile(profile)[jupyterDisplay]();
  const said = profileSummary(profile).map((line) => `<div>${escapeMarkup(line)}</div>`).join("");
  return {
    "text/html": said + chart + layerTable(profile).html() + launchTable(profile, 20).html(),
    ...png === undefined ? {} : { "image/png": png },
    ...text,
  };
}

const right = { align: "right" } as const;

/** The sums by layer. */
export function layerTable(profile: Profile): Table {
  const parts = partsOf(profile);
  const rows = profile.layers.map((row) => ({
    layer: layerText(row),
    launches: row.launches,
    ...Object.fromEntries(parts.map((part) => {
      const time = row.parts[part];
      return [part, time === undefined ? "" : figure(time)];
    })),
    ms: figure(row.milliseconds),
    share: percent(row.share),
    "M multiply-adds": millions(row.multiplyAdds),
    MB: millions(row.bytes),
  }));
  const texts = [...parts, "ms", "share", "M multiply-adds", "MB"];
  const align = Object.fromEntries(texts.map((name) => [name, right.align]));
  return table(rows, { title: "By layer", align, limit: 200 });
}

/** The launches that take longest, at most so many. */
export function launchTable(profile: Profile, most: number): Table {
  const rows = slowestOf(profile, most).map((launch) => ({
    layer: layersText(launch),
    part: launch.part,
    kernel: launch.kernel,
    "what it computes": launch.words,
    ms: figure(launch.milliseconds),
    share: percent(launch.share),
    "of the nearer ceiling": ceilingText(launch),
  }));
  const align = Object.fromEntries(
    ["ms", "share", "of the nearer ceiling"].map((name) => [name, right.align]),
  );
  const all = rows.length === profile.launches.length;
  const title = all ? "Launches, the longest first" : `The ${rows.length} longest launches`;
  return table(rows, { title, align, limit: most });
}
