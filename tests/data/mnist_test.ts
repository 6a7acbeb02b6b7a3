import { assert, assertEquals, assertRejects } from "@std/assert";
import { cifar10 } from "../../data/cifar10.ts";
import { fashionMnist, mnist } from "../../data/mnist.ts";
import { ChecksumError } from "../../lib/core/errors.ts";
import type { Dataset } from "../../lib/train/dataset.ts";
import { gzip, withServer } from "./files.ts";
import { filesIn, inFolder } from "../folders.ts";

const mirror = Deno.env.get("STRIATE_MIRROR") ?? "";

/** A test on real files; skipped where no folder with them is set. */
function realTest(name: string, file: string, fn: () => Promise<void>): void {
  let there = true;
  try {
    Deno.statSync(`${mirror}/${file}`);
  } catch {
    there = false;
  }
  Deno.test({ name: `${name} (skipped unless STRIATE_MIRROR has ${file})`, ignore: !there, fn });
}

function labelsOf(data: Dataset): Int32Array {
  const all = data.batch(Uint32Array.from({ length: data.length }, (_, i) => i));
  return all.targets[0] as Int32Array;
}

realTest("mnist: the official files", "mnist/train-images-idx3-ubyte.gz", async () => {
  const { train, test } = await mnist({ mirror });
  assertEquals([train.length, test.length], [60000, 10000]);
  assertEquals(train.inputs, [{ shape: [28, 28, 1], dtype: "u8" }]);
  const labels = labelsOf(train);
  assertEquals([...labels.subarray(0, 10)], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  assertEquals([...labelsOf(test).subarray(0, 10)], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  const counts = new Array(10).fill(0);
  labels.forEach((label) => counts[label]++);
  assertEquals(counts, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  const pixels = train.batch(Uint32Array.from({ length: 60000 }, (_, i) => i)).inputs[0]!;
  let sum = 0;
  for (const pixel of pixels) sum += pixel;
  assert(Math.abs(sum / pixels.length / 255 - 0.1307) < 5e-5);
});

realTest(
  "fashionMnist: one part, where the other is missing",
  "fashion-mnist/t10k-images-idx3-ubyte.gz",
  async () => {
    const { test } = await fashionMnist({ mirror, parts: ["test"] });
    assertEquals(test.length, 10000);
    assertEquals(test.classes![labelsOf(test)[0]!], "Ankle boot");
    if (filesIn(`${mirror}/fashion-mnist`).includes("train-images-idx3-ubyte.gz")) return;
    await inFolder(async (cache) => {
      await assertRejects(
        () => fashionMnist({ mirror, cache }),
        Deno.errors.NotFound,
        "fashion-mnist/train-images-idx3-ubyte.gz is missing",
      );
    });
  },
);

realTest("cifar10: a mirror's Brotli records", "cifar10/test_a.bin.br", async () => {
  const { test } = await cifar10({ mirror, parts: ["test"] });
  assert(test.length === 5000 || test.length === 10000);
  assertEquals(test.inputs, [{ shape: [32, 32, 3], dtype: "u8" }]);
  const counts = new Array(10).fill(0);
  labelsOf(test).forEach((label) => counts[label]++);
  assertEquals(counts, new Array(10).fill(test.length / 10));
});

realTest("cifar10: records over HTTP, without the archive", "cifar10/test_a.bin.br", async () => {
  const asked: string[] = [];
  const handler = (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    if (pathname.endsWith(".tar.gz")) return new Response(null, { status: 404 });
    return new Response(Deno.readFileSync(mirror + pathname));
  };
  await inFolder((cache) =>
    withServer(handler, async (url) => {
      const { test } = await cifar10({ mirror: url, cache, parts: ["test"] });
      assertEquals(test.length, 5000);
      assertEquals(asked, ["/cifar10/cifar-10-binary.tar.gz", "/cifar10/test_a.bin.br"]);
      assertEquals(filesIn(`${cache}/cifar10`), ["test_a.bin.br"]);
    })
  );
});

Deno.test("mnist: files that are not the official ones are refused", () =>
  inFolder(async (mirror) => {
    Deno.mkdirSync(`${mirror}/mnist`);
    Deno.writeFileSync(`${mirror}/mnist/t10k-images-idx3-ubyte.gz`, gzip(new Uint8Array(7)));
    await assertRejects(
      () => mnist({ mirror, parts: ["test"] }),
      ChecksumError,
      "t10k-images-idx3-ubyte.gz: expected SHA-256 8d422c7b",
    );
  }));

Deno.test("mnist: an unknown part is refused before anything is fetched", async () => {
  await assertRejects(
    // deno-lint-ignore no-explicit-any
    () => mnist({ parts: ["validation" as any] }),
    RangeError,
    'parts[0]: expected "train" or "test", found "validation"',
  );
});

Deno.test("cifar10: a mirror that has neither archive nor records; records that are others", () =>
  inFolder(async (folder) => {
    const options = { mirror: folder, cache: `${folder}/cache`, parts: ["test"] } as const;
    await assertRejects(
      () => cifar10(options),
      Deno.errors.NotFound,
      "cifar10: expected cifar-10-binary.tar.gz, or test_a.bin (plain, .gz or .br), in the mirror",
    );
    Deno.mkdirSync(`${folder}/cifar10`);
    Deno.writeFileSync(`${folder}/cifar10/test_a.bin.gz`, gzip(new Uint8Array(3073)));
    await assertRejects(() => cifar10(options), ChecksumError, "test_a.bin.gz: expected SHA-256");
  }));
