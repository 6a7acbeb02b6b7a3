import type { Setting } from "./page/types.ts";

/** Parts of a run's record that say what it depends on, with what stands before their names. */
const parts = {
  settings: "",
  device: "device.",
  data: "data.",
  versions: "versions.",
  git: "git.",
};

/** Lists longer than this are shown by their length. */
const longest = 200;

/** What a run depends on, by name: what its record says, in one level. */
export function settingsIn(content: Readonly<Record<string, unknown>>): Record<string, Setting> {
  const found: Record<string, Setting> = {};
  const add = (name: string, value: unknown): void => {
    if (value === undefined) return;
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
      found[name] = value as Setting;
    } else if (Array.isArray(value)) {
      const text = value.every((one) => typeof one !== "object")
        ? value.join(", ")
        : JSON.stringify(value);
      found[name] = text.length <= longest ? text : `${value.length} items`;
    } else for (const [key, one] of Object.entries(value)) add(`${name}.${key}`, one);
  };
  for (const [part, prefix] of Object.entries(parts)) {
    const value = content[part];
    if (typeof value !== "object" || value === null) continue;
    for (const [name, one] of Object.entries(value)) add(prefix + name, one);
  }
  if (typeof content.system === "string") add("system", content.system);
  return found;
}
