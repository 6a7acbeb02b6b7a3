/**
 * What Jupyter needs to find the Deno kernel: a kernel spec within the project, named by an
 * environment variable. Nothing is written outside the project.
 *
 * VS Code takes no notice of that variable: it looks for kernels in the user's own Jupyter folder.
 * `deno jupyter --install` puts the kernel there, for JupyterLab and others as well.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder, writeFileAtomic } from "../core/files.ts";

/** The project's folder, without a slash at its end. */
export const project: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** The folder of the notebooks. */
export const notebooks = `${project}/notebooks`;

/**
 * Writes the kernel spec; returns the environment with which Jupyter finds it. The kernel is the
 * Deno that runs this, which may not be on the PATH.
 */
export async function kernelEnvironment(): Promise<Record<string, string>> {
  const jupyter = `${project}/.striate/jupyter`;
  const file = `${jupyter}/kernels/deno/kernel.json`;
  const spec = JSON.stringify({
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  });
  if (await Deno.readTextFile(file).catch(() => "") !== spec) {
    await makeFolder(`${jupyter}/kernels/deno`);
    await writeFileAtomic(file, spec);
  }
  const path = Deno.env.get("JUPYTER_PATH");
  return {
    JUPYTER_PATH: path ? jupyter + delimiter + path : jupyter,
    // The files by which a client finds its kernel; they go when the kernel does.
    JUPYTER_RUNTIME_DIR: Deno.env.get("JUPYTER_RUNTIME_DIR") ?? `${jupyter}/runtime`,
    // The Vulkan loader prints a line wherever this is not set.
    XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? tmpdir(),
  };
}

/** Whether a command is there and exits with 0. */
export async function works(command: readonly string[]): Promise<boolean> {
  const [program = "", ...args] = command;
  try {
    const { success } = await new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

/**
 * Pythons to try: STRIATE_PYTHON, or else two, since the first on the PATH may be one without the
 * system's packages.
 */
export function pythons(): readonly string[] {
  const chosen = Deno.env.get("STRIATE_PYTHON");
  return chosen ? [chosen] : ["python3", "/usr/bin/python3"];
}

const script = "import sys, importlib.util as u; sys.exit(None in map(u.find_spec, sys.argv[1:]))";

/** The arguments with which a Python exits with 0 if it has all of `modules`. */
export function pythonArgs(modules: readonly string[]): string[] {
  return ["-c", script, ...modules];
}

/** A Python that has all of `modules`; undefined if there is none. */
export async function findPython(...modules: readonly string[]): Promise<string | undefined> {
  for (const python of pythons()) {
    if (await works([python, ...pythonArgs(modules)])) return python;
  }
}
