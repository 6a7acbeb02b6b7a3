/**
 * `deno task notebook`: opens the notebooks in Jupyter, with the Deno kernel.
 *
 * @module
 */
import { dirname } from "node:path";
import { kernelEnvironment, notebooks, pythons, works } from "./jupyter.ts";
import { findNotebook } from "./notebook_file.ts";
import { runCommand } from "./command.ts";
import { stopSignals } from "./interrupt.ts";
import { asTyped } from "./shell.ts";

const help = `Opens the notebooks in Jupyter, with the Deno kernel.

  deno task notebook [FILE] [options of Jupyter's]

FILE is a path, a name in notebooks/, or its number. JupyterLab is started if it is there, else
Jupyter Notebook. Ctrl-C ends it.

Examples
  deno task notebook
  deno task notebook 03
  deno task notebook --no-browser --port=8890

A notebook of your own begins there with New, Deno; @striate/striate is known to those in this checkout.

Other editors, such as VS Code with its Jupyter extension, find the kernel once it is installed for
the user: deno jupyter --install
By npx, the kernel is the Deno in npm's cache: once that is cleaned, install it again.`;

const missing = "Jupyter is not installed here; install it: python3 -m pip install jupyterlab, " +
  "or on Debian and Ubuntu: sudo apt-get install -y jupyter-notebook";

/** The command that starts Jupyter; undefined if there is none. */
async function findJupyter(): Promise<string[] | undefined> {
  const commands = [["jupyter-lab"], ["jupyter-notebook"]];
  for (const module of ["jupyterlab", "notebook"]) {
    for (const python of pythons()) commands.push([python, "-m", module]);
  }
  for (const command of commands) {
    if (await works([...command, "--version"])) return command;
  }
}

/** The command; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "--help") {
    console.log(asTyped(help));
    return 0;
  }
  const [first] = args;
  const isNamed = first !== undefined && !first.startsWith("-");
  const file = isNamed ? await findNotebook(first, notebooks) : undefined;
  const jupyter = await findJupyter();
  if (jupyter === undefined) throw new Error(missing);
  const [program = "", ...start] = jupyter;
  const child = new Deno.Command(program, {
    // -y: Ctrl-C ends it without a question.
    args: [...start, "-y", ...file === undefined ? [] : [file], ...isNamed ? args.slice(1) : args],
    cwd: file === undefined ? notebooks : dirname(file),
    env: await kernelEnvironment(),
  }).spawn();
  // A terminal sends Ctrl-C to Jupyter as well; whoever ends this process alone does not.
  const end = () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
  };
  const signals = stopSignals(Deno.build.os);
  for (const signal of signals) Deno.addSignalListener(signal, end);
  try {
    return (await child.status).code;
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, end);
  }
}

if (import.meta.main) await runCommand(main);
