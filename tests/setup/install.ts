/** Installs what the tests need and this machine lacks, where that is possible. */
import { runQuietly } from "./process.ts";
import type { Need } from "./needs.ts";

/** Asks, in a process of its own, which needs are not met: a driver is only seen at start. */
export async function unmetNeeds(): Promise<(Need & { readonly name: string })[]> {
  const script = new URL("needs.ts", import.meta.url).href;
  const { ok, output } = await runQuietly([Deno.execPath(), "run", "--allow-all", script]);
  if (!ok) throw new Error(`tests/setup/needs.ts failed:\n${output}`);
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line));
}

/** The words to put before apt-get, or undefined where there is no apt-get or no right to use it. */
async function aptGet(): Promise<string[] | undefined> {
  if (!(await runQuietly(["apt-get", "--version"])).ok) return undefined;
  if (Deno.uid() === 0) return ["apt-get"];
  return (await runQuietly(["sudo", "-n", "true"])).ok ? ["sudo", "-n", "apt-get"] : undefined;
}

/**
 * Whether a Vulkan driver is installed. With none, there may still be an adapter, over OpenGL; that
 * is not the one to test on.
 */
function hasVulkanDriver(): boolean {
  if (Deno.env.has("VK_DRIVER_FILES") || Deno.env.has("VK_ICD_FILENAMES")) return true;
  return ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].some((folder) => {
    try {
      return [...Deno.readDirSync(folder)].some((entry) => entry.name.endsWith(".json"));
    } catch {
      return false;
    }
  });
}

/**
 * Installs on Debian and Ubuntu what is missing; a software WebGPU adapter only where there is no
 * Vulkan driver at all; `may` is asked before, with the names of the packages. Returns a sentence for
 * each need that is still not met.
 */
export async function installNeeds(
  say: (line: string) => void,
  may: (packages: readonly string[]) => boolean = () => true,
): Promise<string[]> {
  const missing = await unmetNeeds();
  const wanted = missing.flatMap(({ name, packages }) =>
    name === "webgpu" || packages === undefined ? [] : [packages]
  );
  if (!hasVulkanDriver()) wanted.unshift(["mesa-vulkan-drivers"]);
  const isLinux = Deno.build.os === "linux";
  const apt = isLinux && wanted.length > 0 ? await aptGet() : undefined;
  if (apt === undefined || !may(wanted.flat())) return missing.map(({ otherwise }) => otherwise);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await runQuietly([...apt, "update"], { env });
  for (const packages of wanted) {
    say(`Installing ${packages.join(" ")}`);
    const command = [...apt, "install", "-y", "--no-install-recommends", ...packages];
    const result = await runQuietly(command, { env });
    if (!result.ok) say(`apt-get could not install it:\n${result.output.trim()}`);
  }
  return (await unmetNeeds()).map(({ otherwise }) => otherwise);
}
