/** The packages of the JavaScript peers: which versions, and where they are put. */
import { runQuietly } from "../setup/process.ts";

/** Where the peers are installed: in a folder that git ignores. */
const folder = new URL("../../.cache/peers/", import.meta.url);

/** The configuration with which a peer is run. */
export const peerConfig = new URL("deno.json", folder).pathname;

const packages = {
  "@jax-js/jax": "0.1.25",
  "@tensorflow/tfjs": "4.22.0",
  "@tensorflow/tfjs-backend-webgpu": "4.22.0",
  "onnxruntime-node": "1.30.0",
  "onnxruntime-web": "1.30.0",
};

/** Installs the packages from npm unless they are there. Throws with the reason if it cannot. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const imports = Object.fromEntries(
    Object.entries(packages).map(([name, version]) => [name, `npm:${name}@${version}`]),
  );
  const config = JSON.stringify({ nodeModulesDir: "auto", imports }, null, 2) + "\n";
  const done = new URL("installed.json", folder);
  if (await Deno.readTextFile(done).catch(() => "") === config) return;
  say("Installing the peers from npm into .cache/peers");
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(peerConfig, config);
  const { ok, output } = await runQuietly([Deno.execPath(), "install", "--config", peerConfig]);
  if (!ok) throw new Error(`the peers could not be installed from npm:\n${output.trim()}`);
  await Deno.writeTextFile(done, config);
}

/**
 * Imports a package of the peers. Its types are not known here: the package may not be installed
 * when this repository is type-checked.
 */
// deno-lint-ignore no-explicit-any
export async function importPeer(name: keyof typeof packages): Promise<any> {
  return await import(name);
}

/** Makes an error of a WebGPU device end the run: the peers would go on and time garbage. */
export function failOnDeviceError(device: GPUDevice): void {
  device.addEventListener("uncapturederror", (event) => {
    console.error((event as GPUUncapturedErrorEvent).error.message);
    Deno.exit(1);
  });
}
