/** A device that goes away in training. */
import { assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { needs } from "../setup/needs.ts";
import { lose } from "./lose_device.ts";

Deno.test("threads that end in training: a clear error, and the last checkpoint goes on", async () => {
  await lose("cpu", (device) => void device.close());
});

Deno.test({
  name: "a WebGPU device lost in training: a clear error, and the last checkpoint goes on",
  ignore: !needs.webgpu.met,
  async fn() {
    const script = fileURLToPath(new URL("./lose_device.ts", import.meta.url));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-check", script],
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertStringIncludes(text(stdout), "trained on", text(stderr));
  },
});
