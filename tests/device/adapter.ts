import { needs } from "../setup/needs.ts";

/** Whether this machine has a WebGPU adapter; tests of the webgpu device are ignored without one. */
export const webgpuAvailable: boolean = needs.webgpu.met;

/** The options of `Deno.test` for a test that needs a WebGPU adapter: its name says why it is skipped. */
export function webgpuTest(name: string, fn: () => Promise<void> | void): Deno.TestDefinition {
  const reason = webgpuAvailable ? "" : " (no WebGPU adapter on this machine)";
  return { name: `webgpu: ${name}${reason}`, ignore: !webgpuAvailable, fn };
}
