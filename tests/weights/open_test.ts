import { assertEquals, assertRejects } from "@std/assert";
import { encodeSafetensors } from "../../lib/core/safetensors/write.ts";
import { openWeights } from "../../lib/weights/open.ts";
import { fixture } from "./files.ts";
import { inFolder } from "../folders.ts";
import { serve } from "./server.ts";

Deno.test("openWeights: the format is found by content, whatever the name", async () => {
  const files = {
    safetensors: encodeSafetensors([["w", {
      shape: [1],
      dtype: "f32",
      data: Float32Array.of(1),
    }]]),
    pytorch: fixture("pth_net.pth"),
  };
  await inFolder(async (folder) => {
    for (const [format, bytes] of Object.entries(files)) {
      await Deno.writeFile(`${folder}/file.bin`, bytes);
      using byPath = await openWeights(`${folder}/file.bin`);
      using byBytes = await openWeights(bytes);
      await using server = serve(() => new Response(bytes));
      using byUrl = await openWeights(`${server.address}/file.bin`);
      for (const file of [byPath, byBytes, byUrl]) assertEquals<string>(file.format, format);
      assertEquals([...byUrl.tensors.keys()], [...byPath.tensors.keys()]);
    }
  });
});

const text = (value: string) => new TextEncoder().encode(value);
for (
  const [name, bytes, message] of [
    ["an empty file", new Uint8Array(0), "found an empty file"],
    ["a web page", text("\n<!DOCTYPE html><html>…"), "found a web page"],
    ["a page in XML", text('<?xml version="1.0"?><Error>'), "found a web page"],
    ["a Git LFS pointer", text("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"],
    [
      "another pickle",
      Uint8Array.of(0x80, 4, 0x4e, 0x2e),
      "a pickle that torch.save did not write",
    ],
    ["a packed file", Uint8Array.of(0x1f, 0x8b, 8, 0), "unpack it first"],
    ["an array of NumPy", Uint8Array.of(0x93, ...text("NUMPY")), "an array of NumPy"],
    ["anything else", text("hello, world"), "begins with 68 65 6c 6c 6f 2c 20 77"],
  ] as const
) {
  Deno.test(`openWeights: ${name} is refused by name`, async () => {
    await assertRejects(() => openWeights(bytes), SyntaxError, message);
  });
}
