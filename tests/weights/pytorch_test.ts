import { assert, assertEquals, assertRejects } from "@std/assert";
import { openTorchLegacy, openTorchZip } from "../../lib/weights/pytorch.ts";
import type { ByteSource } from "../../lib/weights/byte_source.ts";
import { readZip } from "../../lib/weights/zip.ts";
import { openWeights } from "../../lib/weights/open.ts";
import { damage, expected, fixture, numbers, realTest, source } from "./files.ts";
import { zip } from "./zip.ts";

const openZip = async (source: ByteSource) => await openTorchZip(source, await readZip(source));
const forms = [["", openZip], ["_legacy", openTorchLegacy]] as const;

for (const [suffix, open] of forms) {
  const form = suffix === "" ? "zip form" : "old form";

  Deno.test(`PyTorch, ${form}: a state_dict, tensor by tensor`, async () => {
    using file = await open(source(fixture(`pth_net${suffix}.pth`)));
    assertEquals([...file.tensors.keys()], Object.keys(expected.net));
    for (const [name, tensor] of file.tensors) {
      assertEquals([...tensor.shape], expected.net[name]!.shape, name);
      assertEquals([...await tensor.read()], [...numbers(expected.net[name]!)], name);
    }
  });

  Deno.test(`PyTorch, ${form}: all types, views and strides`, async () => {
    using file = await open(source(fixture(`pth_kinds${suffix}.pth`)));
    assertEquals(
      [...file.tensors.keys()],
      Object.keys(expected.kinds).map((name) => `nested.${name}`),
    );
    for (const [name, listed] of Object.entries(expected.kinds)) {
      const tensor = file.tensors.get(`nested.${name}`)!;
      assertEquals([...tensor.shape], listed.shape, name);
      const all = await tensor.read();
      const exact = all instanceof Float32Array ? numbers(listed) : listed.values;
      assertEquals<unknown>([...all], [...exact], name);
      if (all.length > 2) {
        assertEquals([...await tensor.read(1, all.length - 1)], [...all.slice(1, -1)], name);
      }
    }
    assertEquals(file.tensors.get("nested.bf16")!.type, "bf16");
  });

  Deno.test(`PyTorch, ${form}: of a pickle that calls os.system, nothing is run`, async () => {
    using file = await open(source(fixture(`pth_malicious${suffix}.pth`)));
    assertEquals([...file.tensors.keys()], ["weight"]);
    assertEquals<unknown>(await file.tensors.get("weight")!.read(), new Float32Array(2));
    for (const folder of [".", new URL("../fixtures", import.meta.url)]) {
      assert(![...Deno.readDirSync(folder)].some(({ name }) => name === "executed.txt"));
    }
  });

  Deno.test(`PyTorch, ${form}: a damaged file is refused or read, whatever the damage`, async () => {
    const bytes = fixture(`pth_kinds${suffix}.pth`);
    assert(await damage(bytes, open, suffix === "" ? 5 : 2) > 100);
  });
}

Deno.test("PyTorch: a checkpoint of a training run gives its weights alone", async () => {
  using file = await openZip(source(fixture("pth_checkpoint.pth")));
  assertEquals(
    [...file.tensors.keys()],
    Object.keys(expected.net).map((name) => `module.${name}`),
  );
});

Deno.test("PyTorch: what checkpoints hold beside tensors is passed over", async () => {
  using file = await openZip(source(fixture("pth_averaged.pth")));
  assertEquals(
    [...file.tensors.keys()],
    ["n_averaged", ...Object.keys(expected.net).map((name) => `module.${name}`)],
  );
});

Deno.test("PyTorch: a view with other strides is read from the file once, in whatever parts", async () => {
  const bytes = source(fixture("pth_kinds.pth"));
  const lengths: number[] = [];
  const read = (at: number, length: number) => (lengths.push(length), bytes.read(at, length));
  using file = await openZip({ ...bytes, read });
  const tensor = file.tensors.get("nested.transposed")!;
  lengths.length = 0;
  const parts: number[] = [];
  for (let begin = 0; begin < 24; begin += 6) parts.push(...await tensor.read(begin, begin + 6));
  assertEquals([parts, lengths], [[...numbers(expected.kinds.transposed!)], [96]]);
});

/** A file whose pickle has these operations, with one storage of 4 bytes. */
const fileOf = (operations: string) =>
  zip([
    {
      name: "x/data.pkl",
      content: Uint8Array.from(`\x80\x02${operations}.`, (c) => c.charCodeAt(0)),
    },
    { name: "x/data/0", content: "1234" },
  ]);

Deno.test("PyTorch: values that hold each other over and over are refused at once", async () => {
  // Tuples of which each has the one before twice: in words, 2^100 of them.
  const nested = `N${"2\x86".repeat(100)}`;
  const refuse = (file: Uint8Array, message: string) =>
    assertRejects(() => openZip(source(file)), SyntaxError, message);
  await refuse(fileOf(`}${nested}Ns`), "no tensors, found a dict of 1 ()");
  await refuse(fileOf(nested), "no tensors, found a list of 2");
  // Dicts of which each has the one before a hundred times, and the first a tensor.
  const items = Array.from({ length: 100 }, (_, i) => `K${String.fromCharCode(i)}h\x00s`).join("");
  const levels = `}${items}q\x000`.repeat(8);
  await refuse(fileOf(`}K\x00${tensor}sq\x000${levels}h\x00`), "more than 100000 tensors");
});

/** The operations that make a tensor of one number. */
const tensor =
  "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n" +
  "X\x01\x00\x00\x000NK\x01tQK\x00))tR";

Deno.test("PyTorch: a name may not grow without end", async () => {
  const long = `X\xe8\x03\x00\x00${"a".repeat(1000)}`;
  await assertRejects(
    () => openZip(source(fileOf(`}${long}}K\x00${tensor}ss`))),
    SyntaxError,
    "a tensor's name has more than 1000 characters",
  );
});

Deno.test("PyTorch: a 64-bit integer that does not fit is an error when it is read", async () => {
  using file = await openZip(source(fixture("pth_wide.pth")));
  await assertRejects(
    () => file.tensors.get("wide")!.read(),
    RangeError,
    "the 64-bit integer 1099511627776 does not fit 32 bits",
  );
});

for (const net of ["resnet20-12fca82f", "resnet56-4bfd9763"]) {
  const path = `cifar10-resnets/${net}`;
  realTest(
    `PyTorch: the published ${net} equals its safetensors, tensor by tensor`,
    [`${path}.th`, `${path}.safetensors`],
    async ([torch, safetensors]) => {
      using a = await openWeights(torch!);
      using b = await openWeights(safetensors!);
      assertEquals([a.format, b.format], ["pytorch", "safetensors"]);
      assertEquals(a.tensors.size, b.tensors.size);
      for (const [name, tensor] of b.tensors) {
        const other = a.tensors.get(`module.${name}`)!;
        assertEquals(other.shape, tensor.shape, name);
        assertEquals<unknown>(await other.read(), await tensor.read(), name);
      }
    },
  );
}
