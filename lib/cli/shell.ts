/**
 * Commands that are shown to be copied.
 *
 * @module
 */
import { environment } from "../core/environment.ts";

/** How a command was started, which is how another can be. */
export interface Started {
  readonly os: typeof Deno.build.os;
  /** The project's folder, without a slash at its end. */
  readonly project: string;
  /** The folder that this program runs in, which paths are relative to. */
  readonly folder: string;
  /** The folder in which `deno task` was called, if that started this. */
  readonly called: string | undefined;
  /** The version of Deno that npx fetched, if it did. */
  readonly fetched: string | undefined;
}

/**
 * Goes to where `deno task` was called, which runs commands in the project's folder: the paths that a
 * user types, and those that a command shows, are of the folder in which they are typed.
 */
export function standWhereCalled({ project, folder, called } = started()): void {
  if (folder === project && called !== undefined) Deno.chdir(called);
}

/** How this program was started. */
const started = (): Started => ({
  os: Deno.build.os,
  project: import.meta.dirname!.replace(/[/\\]lib[/\\]cli$/, ""),
  folder: Deno.cwd(),
  called: environment("INIT_CWD"),
  // On a machine where `npx deno` was called, there need be no other.
  fetched: environment("npm_lifecycle_event") === "npx" ? Deno.version.deno : undefined,
});

/** The word that starts Deno, or those with which npx fetches it. */
const denoAs = (fetched: string | undefined) =>
  fetched === undefined ? "deno" : `npx -y deno@${fetched}`;

/** A text with the commands in it as they can be typed where this program was started. */
export const asTyped = (text: string, { fetched }: Pick<Started, "fetched"> = started()): string =>
  text.replace(/\bdeno (?=task|run|jupyter)/g, `${denoAs(fetched)} `);

/** A text as one word for a shell: POSIX', or one of Windows. */
export function quoted(text: string, os: typeof Deno.build.os = Deno.build.os): string {
  const isWindows = os === "windows";
  if ((isWindows ? /^[\w/\\.:+-]+$/ : /^[\w/.:=@%+,-]+$/).test(text)) return text;
  if (!isWindows) return `'${text.replaceAll("'", "'\\''")}'`;
  // Backslashes before a quote are read in pairs; no path has a quote within.
  return `"${text.replace(/\\+$/, "$&$&")}"`;
}

/** A path as a word that no command takes for an option. */
export const quotedPath = (path: string, os?: typeof Deno.build.os): string =>
  quoted(path.startsWith("-") ? `./${path}` : path, os);

/**
 * The words that start a command of this library where this program was started: by `deno task`, in
 * the project's folder or called from where this is; whoever is elsewhere has started one by its path.
 */
export function commandStart(
  name: string,
  { os, project, folder, called, fetched }: Started = started(),
): string {
  const deno = denoAs(fetched);
  const isWithin = (path: string) => /^([/\\]|$)/.test(path.slice(project.length));
  const isInProject = (path: string) => path.startsWith(project) && isWithin(path);
  if (folder !== project && folder !== called) {
    return `${deno} run --allow-all ${quotedPath(`${project}/lib/cli/${name}.ts`, os)}`;
  }
  if (called === undefined || isInProject(called)) return `${deno} task ${name}`;
  return `${deno} task --config ${quotedPath(`${project}/deno.json`, os)} ${name}`;
}
