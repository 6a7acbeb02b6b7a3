import { assertEquals, assertRejects } from "@std/assert";
import type { TensorData } from "../../../lib/core/dtype.ts";
import { decodeSafetensors } from "../../../lib/core/safetensors/read.ts";
import { encodeSafetensors, writeSafetensors } from "../../../lib/core/safetensors/write.ts";
import { inFolder } from "../../folders.ts";

const tensors = [
  { name: "b", shape: [2, 3], dtype: "f32", data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  { name: "a", shape: [], dtype: "i32", data: Int32Array.of(-7) },
  { name: "mask", shape: [3], dtype: "u8", data: Uint8Array.of(0, 1, 255) },
  { name: "empty", shape: [0, 4], dtype: "f32", data: new Float32Array(0) },
] as const;
const writable = tensors.map(({ data, ...rest }) => ({ ...rest, read: (): TensorData => data }));

Deno.test("writeSafetensors: the same bytes as the encoder of whole files", async () => {
  await inFolder(async (folder) => {
    await writeSafetensors(`${folder}/x`, writable, { note: "n" });
    const entries = tensors.map(({ name, ...tensor }) => [name, tensor] as const);
    const bytes = await Deno.readFile(`${folder}/x`);
    assertEquals(bytes, encodeSafetensors(entries, { note: "n" }));
    assertEquals(decodeSafetensors(bytes, "x").tensors.size, 4);
  });
});

Deno.test("writeSafetensors: asks for a tensor only when the one before is written", async () => {
  await inFolder(async (folder) => {
    const asked: number[] = [];
    const sizes: number[] = [];
    const part = () => [...Deno.readDirSync(folder)].find(({ name }) => name.endsWith(".part"))!;
    await writeSafetensors(
      `${folder}/x`,
      [0, 1, 2].map((i) => ({
        name: `t${i}`,
        shape: [1000],
        dtype: "f32" as const,
        read: () => {
          asked.push(i);
          sizes.push(Deno.statSync(`${folder}/${part().name}`).size);
          return new Float32Array(1000);
        },
      })),
    );
    assertEquals(asked, [0, 1, 2]);
    assertEquals(sizes.map((size) => size - sizes[0]!), [0, 4000, 8000]);
  });
});

Deno.test("writeSafetensors: twice at once, each file is whole", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/x`;
    await Promise.all([1, 2].map(() => writeSafetensors(path, writable)));
    assertEquals(decodeSafetensors(await Deno.readFile(path), path).tensors.size, 4);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["x"]);
  });
});

Deno.test("writeSafetensors: other numbers than promised leave no file", async () => {
  await inFolder(async (folder) => {
    const bad = { name: "w", shape: [3], dtype: "f32" as const, read: () => new Float32Array(2) };
    await assertRejects(
      () => writeSafetensors(`${folder}/x`, [bad]),
      TypeError,
      "w: expected f32 [3], found 2 of f32",
    );
    await assertRejects(
      () => writeSafetensors(`${folder}/x`, [...writable, ...writable]),
      TypeError,
      "different names",
    );
    await assertRejects(
      () => writeSafetensors(`${folder}/x`, writable, { epoch: 3 } as never),
      TypeError,
      "x: metadata: epoch: expected a text",
    );
    await assertRejects(
      () => writeSafetensors(`${folder}/none/x`, writable),
      Error,
      "cannot write",
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});
