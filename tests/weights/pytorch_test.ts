import { assert, assertEquals, assertRejects } from "@std/assert";
import { openTorchLegacy, openTorchZip } from "../../lib/weights/pytorch.ts";
import { openWeights } from "../../lib/weights/open.ts";
import { damage, expected, fixture, numbers, realTest, source } from "./files.ts";

const forms = [["", openTorchZip], ["_legacy", openTorchLegacy]] as const;

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

  Deno.test(`PyTorch, ${form}: a pickle that names os.system is refused, and not run`, async () => {
    await assertRejects(
      () => open(source(fixture(`pth_malicious${suffix}.pth`))),
      SyntaxError,
      "it names posix.system, which is no part of a tensor and was not called",
    );
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
  using file = await openTorchZip(source(fixture("pth_checkpoint.pth")));
  assertEquals(
    [...file.tensors.keys()],
    Object.keys(expected.net).map((name) => `module.${name}`),
  );
});

Deno.test("PyTorch: a 64-bit integer that does not fit is an error when it is read", async () => {
  using file = await openTorchZip(source(fixture("pth_wide.pth")));
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
