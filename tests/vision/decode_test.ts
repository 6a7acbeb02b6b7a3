import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { decodeImage } from "../../lib/vision/decode.ts";
import { bytesOf, pillow } from "./pillow.ts";

for (const { name, mode, width, height, file, pixels } of pillow.decoded) {
  Deno.test(`${name} (${mode}) is decoded to Pillow's pixels`, async () => {
    const image = await decodeImage(bytesOf(file), { name });
    assertEquals([image.width, image.height], [width, height]);
    assertEquals(image.data, bytesOf(pixels));
    assertEquals(image.data.byteLength, image.data.buffer.byteLength);
  });
}

const fileOf = (name: string) => bytesOf(pillow.decoded.find((row) => row.name === name)!.file);

Deno.test("EXIF orientation is followed only when asked for", async () => {
  const stored = await decodeImage(fileOf("rotated.jpg"));
  const turned = await decodeImage(fileOf("rotated.jpg"), { rotate: true });
  assertEquals([stored.width, stored.height, turned.width, turned.height], [20, 14, 14, 20]);
  // Orientation 6: the first row is the right column.
  const at = (image: typeof stored, x: number, y: number) =>
    image.data.slice((y * image.width + x) * 3, (y * image.width + x) * 3 + 3);
  assertEquals(at(turned, 13, 0), at(stored, 0, 0));
  assertEquals(at(turned, 13, 19), at(stored, 19, 0));
});

/** A PNG with 16 bits a sample, uncompressed in its zlib stream. */
async function png16(width: number, height: number, colour: 0 | 2, samples: number[]) {
  const chunk = (type: string, data: Uint8Array) => {
    const body = new Uint8Array([...new TextEncoder().encode(type), ...data]);
    const result = new Uint8Array(body.length + 8), view = new DataView(result.buffer);
    view.setUint32(0, data.length);
    result.set(body, 4);
    view.setUint32(body.length + 4, crc32(body));
    return result;
  };
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([16, colour], 8);
  const row = samples.length / height;
  const raw = Array.from({ length: height }, (_, y) => [
    0,
    ...samples.slice(y * row, (y + 1) * row).flatMap((sample) => [sample >> 8, sample & 255]),
  ]).flat();
  const compressed = new Blob([new Uint8Array(raw)]).stream()
    .pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array([
    ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    ...chunk("IHDR", header),
    ...chunk("IDAT", new Uint8Array(await new Response(compressed).arrayBuffer())),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

Deno.test("of 16 bits the upper 8 are kept", async () => {
  const colour = await decodeImage(
    await png16(2, 1, 2, [0, 0x1234, 0x80ff, 0xffff, 0xff00, 0x00ff]),
  );
  assertEquals([...colour.data], [0, 0x12, 0x80, 0xff, 0xff, 0]);
  const grey = await decodeImage(await png16(3, 1, 0, [0x00ff, 0x7fff, 0xff00]));
  assertEquals([...grey.data], [0, 0, 0, 0x7f, 0x7f, 0x7f, 0xff, 0xff, 0xff]);
});

Deno.test("files that are no images are refused with a reason", async () => {
  const bad: [Uint8Array<ArrayBuffer>, string][] = [
    [new Uint8Array(), "a.jpg: expected a JPEG, PNG or WebP image, found an empty file"],
    [
      new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>"),
      "bytes of another kind",
    ],
    [new TextEncoder().encode("GIF89a"), "found 6 bytes of another kind"],
    [new Uint8Array([0xff, 0xd8, 0xff]), "a.jpg: expected a whole JPEG image"],
  ];
  for (const [bytes, message] of bad) {
    await assertRejects(() => decodeImage(bytes, { name: "a.jpg" }), SyntaxError, message);
  }
});

Deno.test("a path in place of a file's bytes is refused", async () => {
  await assertRejects(
    () => decodeImage("a.jpg" as never),
    TypeError,
    "expected the bytes of a file",
  );
});

for (const name of ["baseline.jpg", "progressive.jpg", "rgb.png", "lossless.webp"]) {
  Deno.test(`${name}, cut off anywhere, gives an error and no crash`, async () => {
    const whole = fileOf(name);
    for (const share of [0.1, 0.3, 0.5, 0.8, 0.9]) {
      const error = await assertRejects(
        () => decodeImage(whole.slice(0, Math.floor(share * whole.length)), { name }),
        SyntaxError,
      );
      assertStringIncludes(error.message, name);
    }
  });
}

Deno.test("bytes that were changed give an image or an error, never a crash", async () => {
  for (const { file } of pillow.decoded) {
    for (let seed = 1; seed <= 4; seed++) {
      const bytes = bytesOf(file);
      for (let i = 0; i < 6; i++) bytes[(seed * 7919 + i * 104729) % bytes.length]! ^= 1 << (i + 1);
      await decodeImage(bytes).catch((error) => assertEquals(error instanceof SyntaxError, true));
    }
  }
});

Deno.test("an image of absurd size is refused before it is decoded", async () => {
  const huge = await png16(1, 1, 0, [0]);
  const view = new DataView(huge.buffer);
  view.setUint32(16, 60000);
  view.setUint32(20, 60000);
  view.setUint32(29, crc32(huge.subarray(12, 29)));
  await assertRejects(() => decodeImage(huge), SyntaxError, "pixel limit");
});
