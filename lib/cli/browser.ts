import { environment } from "../core/environment.ts";

/**
 * What shows a page on a desktop, by the system: what the task may run, by its path, since Deno complains
 * of names that are not to be found.
 */
const openers: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "/usr/bin/xdg-open",
  darwin: "/usr/bin/open",
  windows: "C:/Windows/explorer.exe",
};

/** Where a page may be shown. */
export interface Desktop {
  readonly os: typeof Deno.build.os;
  /** Whether somebody sits before it. */
  readonly isThere: boolean;
  /** Starts a program with an argument; it throws where there is none, or where that is not allowed. */
  start(program: string, argument: string): void;
}

/** The desktop of this machine, if there is one. */
function desktop(): Desktop {
  const { os } = Deno.build, isFar = environment("SSH_CONNECTION") !== undefined;
  const screen = environment("DISPLAY") ?? environment("WAYLAND_DISPLAY");
  return {
    os,
    isThere: os === "linux" ? screen !== undefined : !isFar,
    start(program, argument) {
      const settings = { stdin: "null", stdout: "null", stderr: "null" } as const;
      new Deno.Command(program, { args: [argument], ...settings }).spawn().unref();
    },
  };
}

/** Opens a page in the browser of the desktop; false where there is none. */
export function openInBrowser(address: string, { os, isThere, start } = desktop()): boolean {
  const opener = openers[os];
  if (!isThere || opener === undefined) return false;
  try {
    start(opener, address);
    return true;
  } catch {
    return false;
  }
}
