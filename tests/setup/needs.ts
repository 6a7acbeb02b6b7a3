/**
 * What some tests need and a machine may lack. A test that needs one of these is skipped without
 * it, and `deno task test` says at its end what was missing and how to get it:
 *
 * ```ts ignore
 * import { needs } from "./setup/needs.ts";
 * Deno.test({ name: "trains on WebGPU", ignore: !needs.webgpu.met, fn: train });
 * ```
 *
 * @module
 */
import { tmpdir } from "node:os";
import { pythonArgs, pythons } from "../../lib/cli/jupyter.ts";

/** One thing that some tests need. */
export interface Need {
  readonly met: boolean;
  /** Which tests are skipped without it, and what to do. */
  readonly otherwise: string;
  /** What Debian and Ubuntu call it. */
  readonly packages?: readonly string[];
}

// The Vulkan loader prints a line wherever this is not set.
if (!Deno.env.has("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", tmpdir());

// Read once, when the first test asks: which adapter there is does not change during a run.
const adapter = await navigator.gpu?.requestAdapter() ?? null;

/** Whether one of the Pythons has all of `modules`. */
function hasPython(...modules: readonly string[]): boolean {
  return pythons().some((python) => {
    try {
      return new Deno.Command(python, { args: pythonArgs(modules) }).outputSync().success;
    } catch {
      return false;
    }
  });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** What tells Vulkan of Mesa's driver for AMD cards. */
export const radeonDriver = "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json";

/** Whether that is of Mesa 22.3: others name cards otherwise, and make other code. */
function hasMesa22(): boolean {
  return isFile(radeonDriver) && Deno.readTextFileSync(radeonDriver).includes('"1.3.230"');
}

/** Whether a library can be loaded. */
function isLibrary(name: string): boolean {
  try {
    Deno.dlopen(name, {}).close();
    return true;
  } catch {
    return false;
  }
}

/** Debian's browser. */
export const chromium = "/usr/bin/chromium";

/** The needs, by name. Those that take a moment to find out are asked for when a test asks. */
export const needs = {
  /** A WebGPU adapter, of a graphics card or in software. */
  webgpu: {
    met: adapter !== null,
    otherwise: "Without a WebGPU adapter the tests of the webgpu device are skipped. " +
      "On Debian or Ubuntu: sudo apt-get install -y mesa-vulkan-drivers",
  },
  /** The real data sets and trained weights, beside one another in one folder or at one URL. */
  mirror: {
    met: (Deno.env.get("STRIATE_MIRROR") ?? "") !== "",
    otherwise: "Without STRIATE_MIRROR the tests on real data sets are skipped. " +
      "With a folder or URL that holds them: STRIATE_MIRROR=FOLDER deno task test",
  },
  /** What compiles WebGPU kernels for an AMD card that is not there: as Debian 12 has it. */
  isa: {
    get met() {
      return Deno.build.arch === "x86_64" && hasMesa22() &&
        isFile("/usr/include/vulkan/vk_layer.h") && isFile("/usr/bin/gcc");
    },
    otherwise:
      "Without gcc, Vulkan's headers and the driver for AMD cards of Mesa 22.3 nobody looks " +
      "at the machine code of the WebGPU kernels. " +
      "On Debian 12: sudo apt-get install -y gcc libvulkan-dev mesa-vulkan-drivers",
    packages: ["gcc", "libvulkan-dev"],
  },
  /** A Python with nbclient, which runs notebooks. */
  jupyter: {
    get met() {
      return hasPython("nbclient", "nbformat");
    },
    otherwise: "Without nbclient no notebook is executed. " +
      "On Debian or Ubuntu: sudo apt-get install -y python3-nbclient",
    packages: ["python3-nbclient"],
  },
  /** A browser. */
  browser: {
    get met() {
      return isFile(chromium);
    },
    otherwise: "Without Chromium the dashboard is not looked at in a browser. " +
      "On Debian: sudo apt-get install -y chromium",
    packages: ["chromium"],
  },
  /** A Python with TensorBoard, which is to read what is written for it. */
  tensorboard: {
    get met() {
      return hasPython("tensorboard");
    },
    otherwise: "Without TensorBoard its files are read by the tests' own code alone. " +
      "With pip: pip install tensorboard",
  },
  /** A browser, and what puts notebooks before it. */
  chromium: {
    get met() {
      return isFile(chromium) && hasPython("nbclient", "nbformat", "notebook", "nbconvert");
    },
    otherwise: "Without Chromium and Jupyter Notebook no notebook is looked at in a browser. " +
      "On Debian: sudo apt-get install -y chromium jupyter-notebook jupyter-nbconvert",
    packages: ["chromium", "jupyter-notebook", "jupyter-nbconvert"],
  },
  /** What starts processes that train together, and how they exchange numbers. */
  mpi: {
    get met() {
      return isFile("/usr/bin/mpirun.openmpi") && isLibrary("libmpi.so.40");
    },
    otherwise: "Without Open MPI no training by several processes is tested. " +
      "On Debian or Ubuntu: sudo apt-get install -y openmpi-bin libopenmpi3",
    packages: ["openmpi-bin", "libopenmpi3"],
  },
} satisfies Record<string, Need>;

// Run by itself, this prints what is not met, one JSON string a line.
if (import.meta.main) {
  for (const [name, { met, ...need }] of Object.entries<Need>(needs)) {
    if (!met) console.log(JSON.stringify({ name, ...need }));
  }
}
