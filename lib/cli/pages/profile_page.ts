import type { Profile } from "../../profile/profile.ts";
import { profileSummary } from "../../profile/text.ts";
import { profile as plotProfile } from "../../show/plot/profile.ts";
import { launchTable, layerTable } from "../../show/profile.ts";
import { page, picture } from "./page.ts";

/** Where the time of a network goes, as a page. */
export function profilePage(network: string, profile: Profile): string {
  const [first, ...others] = profileSummary(profile);
  return page(`Where the time of ${network} goes`, `${first}.`, [
    {
      heading: "Launch by launch",
      note: others.map((line) => `${line[0]!.toUpperCase()}${line.slice(1)}.`).join(" "),
      html: picture(plotProfile(profile)),
    },
    {
      heading: "By layer",
      note:
        "Milliseconds. A launch counts for the layer of its kernel, whatever was fused into it.",
      html: layerTable(profile).html(),
    },
    {
      heading: "The longest launches",
      note: "The share of the nearer ceiling is over 100 % where numbers lie in a cache.",
      html: launchTable(profile, 100).html(),
    },
  ]);
}
