import { assertEquals, assertThrows } from "@std/assert";
import { checkThreads, savedName } from "../../lib/cli/network_option.ts";
import { UsageError } from "../../lib/cli/command.ts";

Deno.test("a model that was saved is called as its run, or as its file", () => {
  const names = {
    "runs/lenet5-digits": "lenet5-digits",
    "runs/lenet5-digits/": "lenet5-digits",
    "/a/runs/lenet5-digits-2/model.safetensors": "lenet5-digits-2",
    "https://example.org/nets/mine.safetensors": "mine",
    "squeezenet1.1.pth": "squeezenet1.1",
  };
  for (const [place, name] of Object.entries(names)) assertEquals(savedName(place), name);
});

Deno.test("threads are refused for a device that has none, whoever asks for it", () => {
  const before = Deno.env.get("STRIATE_DEVICE");
  try {
    Deno.env.set("STRIATE_DEVICE", "webgpu");
    assertThrows(
      () => checkThreads({ threads: 2 }),
      UsageError,
      "--threads: is for the CPU, and STRIATE_DEVICE=webgpu asks for another device; leave one of them",
    );
    checkThreads({});
    checkThreads({ device: "cpu", threads: 2 });
    Deno.env.set("STRIATE_DEVICE", "cpu");
    checkThreads({ threads: 2 });
    assertThrows(
      () => checkThreads({ device: "webgpu", threads: 2 }),
      UsageError,
      "--device webgpu asks for another device",
    );
  } finally {
    if (before === undefined) Deno.env.delete("STRIATE_DEVICE");
    else Deno.env.set("STRIATE_DEVICE", before);
  }
});
