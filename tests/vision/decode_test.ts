import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { decodeImage } from "../../lib/vision/decode.ts";
import { bytesOf, pillow } from "./pillow.ts";
import { png } from "./png.ts";
import { cpuSeconds } from "../cpu_time.ts";

for (const { name, mode, width, height, file, pixels } of pillow.decoded) {
  Deno.test(`${name} (${mode}) is decoded to Pillow's pixels`, async () => {
    const image = await decodeImage(bytesOf(file), { name });
    assertEquals([image.width, image.height], [width, height]);
    assertEquals(image.data, bytesOf(pixels));
    assertEquals(image.data.byteLength, image.data.buffer.byteLength);
  });
}

const fileOf = (name: string) => bytesOf(pillow.decoded.find((row) => row.name === name)!.file);

Deno.test("transparent pixels of a GIF have the colours of its palette, as in Pillow", async () => {
  const gif = fileOf("palette.gif"), { data } = await decodeImage(gif);
  const palette = 13 + 3 * 2 ** ((gif[10]! & 7) + 1);
  for (let colour = 0; colour < 16; colour++) {
    // A comment, and the extension that makes a colour transparent.
    const extensions = [0x21, 0xfe, 2, 0x21, 0xf9, 0, 0x21, 0xf9, 4, 1, 0, 0, colour, 0];
    const file = Uint8Array.of(...gif.slice(0, palette), ...extensions, ...gif.slice(palette));
    const given = file.slice();
    assertEquals((await decodeImage(file)).data, data);
    assertEquals(file, given);
  }
});

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

/** A PNG file with 16 bits a sample, uncompressed in its zlib stream. */
async function png16(width: number, height: number, colour: 0 | 2, samples: number[]) {
  const row = samples.length / height;
  const raw = Array.from({ length: height }, (_, y) => [
    0,
    ...samples.slice(y * row, (y + 1) * row).flatMap((sample) => [sample >> 8, sample & 255]),
  ]).flat();
  return await png(width, height, { bits: 16, colour }, Uint8Array.from(raw));
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
    [
      new Uint8Array(),
      "a.jpg: expected a JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PPM image, found an empty file",
    ],
    [
      new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>"),
      "found a SVG image: convert it to one of these",
    ],
    [new TextEncoder().encode("hello!"), "found 6 bytes of another kind"],
    [new TextEncoder().encode("\0\0\0\x18ftypheic\0\0\0\0mif1heic"), "found a HEIC image"],
    [new TextEncoder().encode("GIF89a"), "a.jpg: expected a whole GIF image"],
    [new TextEncoder().encode("P6\n# a comment\n2 2\n255\nabc"), "expected a whole PPM image"],
    [new TextEncoder().encode("BM and more"), "expected a whole BMP image, found 11 bytes alone"],
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

const cut = ["baseline.jpg", "progressive.jpg", "rgb.png", "lossless.webp", "lzw.tif", "rgb.bmp"];
for (const name of [...cut, "four-bit.bmp", "grey.avif", "rgb.ppm"]) {
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

Deno.test("what a file is, its bytes say, and not its name", async () => {
  const { file, pixels } = pillow.decoded.find(({ name }) => name === "lzw.tif")!;
  assertEquals((await decodeImage(bytesOf(file), { name: "a.jpg" })).data, bytesOf(pixels));
});

Deno.test("a PPM has comments, 16 bits, and other largest values", async () => {
  const bytes = (head: string, ...data: number[]) =>
    Uint8Array.from([...new TextEncoder().encode(head), ...data]);
  const pixels = async (file: Uint8Array<ArrayBuffer>) => [...(await decodeImage(file)).data];
  assertEquals(await pixels(bytes("P6 1\n# two\n1 255\n", 1, 2, 3)), [1, 2, 3]);
  assertEquals(await pixels(bytes("P5 2 1 65535\n", 0x12, 0xff, 0xff, 0)), [
    ...[0x12, 0x12, 0x12],
    ...[0xff, 0xff, 0xff],
  ]);
  assertEquals(await pixels(bytes("P5 3 1 15\n", 0, 5, 15)), [0, 0, 0, 85, 85, 85, 255, 255, 255]);
});

Deno.test("images that are too large are refused by their headers, in no time and memory", async () => {
  const before = Deno.memoryUsage().rss, started = cpuSeconds();
  const gif = bytesOf(btoa("GIF89a\xff\xff\xff\xff\0\0\0;"));
  const bmp = fileOf("rgb.bmp"), view = new DataView(bmp.buffer);
  view.setUint32(18, 100000, true);
  const files: [Uint8Array<ArrayBuffer>, string][] = [
    [await png(100_000_000, 1, { bits: 8, colour: 2 }, new Uint8Array(1000)), "100000000 x 1"],
    [await png(1, 65_536, { bits: 8, colour: 2 }, new Uint8Array(1000)), "1 x 65536"],
    [await png(20_000_000, 1, { bits: 16, colour: 6 }, new Uint8Array(1000)), "20000000 x 1"],
    [await png(60_000, 60_000, { bits: 8, colour: 0 }, new Uint8Array(1000)), "60000 x 60000"],
    [await png(14_000, 14_000, { bits: 8, colour: 0 }, new Uint8Array(1000)), "14000 x 14000"],
    [new TextEncoder().encode("P5 99999 1 255\n"), "99999 x 1"],
    [bmp, "100000 x 14"],
  ];
  for (const [file, found] of files) {
    const message = `of at most 65535 pixels a side and 178,956,970 in all, found ${found}`;
    await assertRejects(() => decodeImage(file), SyntaxError, message);
  }
  await assertRejects(() => decodeImage(gif), SyntaxError, "GIF image");
  assertEquals(cpuSeconds() - started < 2, true);
  assertEquals(Deno.memoryUsage().rss - before < 100e6, true);
});

Deno.test("a small file that promises many pixels is refused before it is decoded", async () => {
  const gif = fileOf("palette.gif"), frame = gif.indexOf(0x2c, 13 + 3 * 16);
  // The frame is 20,000 x 8,000 pixels, whatever the header says.
  new DataView(gif.buffer).setUint32(frame + 5, 20_000 + (8_000 << 16), true);
  const jpeg = fileOf("progressive.jpg"),
    start = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc2);
  new DataView(jpeg.buffer).setUint32(start + 5, (8_000 << 16) + 20_000);
  const started = cpuSeconds();
  // A lossless WebP of one colour: 16,000 x 10,000 pixels.
  const webp = fileOf("lossless.webp");
  new DataView(webp.buffer).setUint32(21, 15_999 | 9_999 << 14, true);
  for (const file of [gif, jpeg, await png(20_000, 8_000, { bits: 8, colour: 2 }, gif), webp]) {
    await assertRejects(
      () => decodeImage(file),
      SyntaxError,
      "bytes for 160000000 pixels: it is",
    );
  }
  assertEquals(cpuSeconds() - started < 1, true);
});

Deno.test("a photograph of 108 megapixels is decoded", async () => {
  const image = await decodeImage(
    await png(12_000, 9_000, { bits: 1, colour: 0 }, new Uint8Array(9_000 * 1501)),
  );
  assertEquals([image.width, image.height, image.data.length], [12_000, 9_000, 324_000_000]);
  assertEquals([image.data[0], image.data.at(-1)], [0, 0]);
});

Deno.test("where the decoder may not be loaded, the error names what to allow", async () => {
  const decode = new URL("../../lib/vision/decode.ts", import.meta.url);
  const script = `import { decodeImage } from ${JSON.stringify(decode)};
    await decodeImage(Uint8Array.of(0xff, 0xd8, 0xff)).catch(({ message }) => console.log(message));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      `data:text/javascript,${encodeURIComponent(script)}`,
    ],
    stdout: "piped",
    stderr: "null",
  }).output();
  const message = new TextDecoder().decode(stdout);
  for (const permission of ["--allow-ffi", "--allow-env", "--allow-read", "--allow-sys"]) {
    assertStringIncludes(message, permission);
  }
});
