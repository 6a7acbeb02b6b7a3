import { assert, assertEquals, assertRejects } from "@std/assert";
import { openCaffe } from "../../lib/weights/caffe.ts";
import { openWeights } from "../../lib/weights/open.ts";
import { damage, realTest, source } from "./files.ts";

type Bytes = readonly number[];

const varint = (value: number): Bytes =>
  value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
/** A field with bytes. */
const field = (number: number, ...content: readonly Bytes[]): Bytes => {
  const bytes = content.flat();
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
};
/** A field with an integer. */
const integer = (number: number, value: number): Bytes => [...varint(number * 8), ...varint(value)];
const text = (value: string): Bytes => [...new TextEncoder().encode(value)];
const floats = (
  ...values: number[]
): Bytes => [...new Uint8Array(Float32Array.from(values).buffer)];
const doubles = (
  ...values: number[]
): Bytes => [...new Uint8Array(Float64Array.from(values).buffer)];

/** A blob with a shape, as Caffe writes it now. */
const blob = (shape: readonly number[], ...values: number[]): Bytes => [
  ...field(7, field(1, ...shape.map(varint))),
  ...field(5, floats(...values)),
];
/** A LayerParameter. */
const layer = (name: string, type: string, bottom: string, top: string, ...blobs: Bytes[]): Bytes =>
  field(
    100,
    field(1, text(name)),
    field(2, text(type)),
    field(3, text(bottom)),
    field(4, text(top)),
    ...blobs.map((bytes) => field(7, bytes)),
  );
const net = (...layers: readonly Bytes[]) =>
  Uint8Array.from([...field(1, text("net")), ...layers.flat()]);

async function contentOf(bytes: Uint8Array): Promise<Record<string, [number[], number[]]>> {
  using file = await openCaffe(source(bytes));
  const entries = [...file.tensors].map(async ([name, tensor]) =>
    [name, [[...tensor.shape], [...await tensor.read()]]] as const
  );
  return Object.fromEntries(await Promise.all(entries)) as Record<string, [number[], number[]]>;
}

Deno.test("Caffe: convolution and inner product, with PyTorch's names", async () => {
  const bytes = net(
    layer("data", "Data", "", "data"),
    layer(
      "conv1/7x7_s2",
      "Convolution",
      "data",
      "conv1",
      blob([2, 1, 1, 1], 1, 2),
      blob([2], 3, 4),
    ),
    layer("ip", "InnerProduct", "conv1", "ip", blob([1, 2], 5, 6)),
  );
  assertEquals(await contentOf(bytes), {
    "conv1/7x7_s2.weight": [[2, 1, 1, 1], [1, 2]],
    "conv1/7x7_s2.bias": [[2], [3, 4]],
    "ip.weight": [[1, 2], [5, 6]],
  });
});

Deno.test("Caffe: a BatchNorm and its Scale become one, in place or not", async () => {
  const statistics = [blob([2], 2, 4), blob([2], 6, 8), blob([1], 2)];
  const scale = [blob([2], 10, 11), blob([2], 12, 13)];
  const joined = {
    "bn.weight": [[2], [10, 11]],
    "bn.bias": [[2], [12, 13]],
    "bn.running_mean": [[2], [1, 2]],
    "bn.running_var": [[2], [3, 4]],
  };
  for (const [first, second] of [["x", "x"], ["y", "z"]] as const) {
    const bytes = net(
      layer("bn", "BatchNorm", "x", first, ...statistics),
      layer("other", "ReLU", "w", "w"),
      layer("scale", "Scale", first, second, ...scale),
    );
    assertEquals<unknown>(await contentOf(bytes), joined);
  }
  // A Scale of something else stays a layer of its own.
  const apart = await contentOf(net(
    layer("bn", "BatchNorm", "x", "y", ...statistics),
    layer("scale", "Scale", "x", "z", ...scale),
  ));
  assertEquals(Object.keys(apart), [
    "bn.running_mean",
    "bn.running_var",
    "scale.weight",
    "scale.bias",
  ]);
});

Deno.test("Caffe: layers of the first version, with four sizes a blob, and doubles", async () => {
  const old = (sizes: number[], numbers: Bytes) =>
    field(6, ...sizes.map((size, i) => integer(i + 1, size)), numbers);
  const layers = [
    field(
      2,
      field(4, text("fc")),
      integer(5, 14),
      field(2, text("a")),
      field(3, text("b")),
      old([1, 1, 2, 1], field(8, doubles(0.5, 1.5))),
      old([1, 1, 1, 2], field(5, floats(3, 4))),
    ),
    field(
      2,
      field(4, text("conv")),
      integer(5, 4),
      old([1, 1, 1, 1], [0x2d, ...floats(7)]), // one number that is not packed
    ),
  ];
  assertEquals(await contentOf(net(...layers)), {
    "fc.weight": [[2, 1], [0.5, 1.5]],
    "fc.bias": [[2], [3, 4]],
    "conv.weight": [[1, 1, 1, 1], [7]],
  });
});

Deno.test("Caffe: what makes no sense is refused", async () => {
  const refuse = (bytes: Uint8Array, message: string) =>
    assertRejects(() => openCaffe(source(bytes)), SyntaxError, message);
  await refuse(net(), "no layer with weights");
  await refuse(
    net(layer("c", "Convolution", "a", "b", blob([3], 1, 2))),
    "a blob [3] with 2 numbers",
  );
  await refuse(net(layer("bn", "BatchNorm", "a", "b", blob([1], 1))), "expected a mean");
  await refuse(Uint8Array.of(0x0a, 0x7f, 1), "damaged or cut short, or no NetParameter");
  await refuse(Uint8Array.from(field(100, field(7, field(5, [1, 2, 3])))), "cut short");
});

Deno.test("Caffe: numbers one by one, many of them, among packed ones", async () => {
  const loose = Array.from({ length: 1000 }, (_, i) => [0x2d, ...floats(i)]);
  const bytes = net(
    layer("fc", "InnerProduct", "a", "b", [
      ...field(7, field(1, varint(1003))),
      ...field(5, floats(7, 8)),
      ...loose.flat(),
      ...field(5, floats(9)),
    ]),
  );
  const { "fc.weight": [shape, numbers] } = await contentOf(bytes) as Record<
    "fc.weight",
    [number[], number[]]
  >;
  assertEquals([shape, numbers.length], [[1003], 1003]);
  assertEquals([0, 1, 2, 1001, 1002].map((i) => numbers[i]), [7, 8, 0, 999, 9]);
});

Deno.test("Caffe: more layers than any network are refused before they take the memory", async () => {
  const many = new Uint8Array(2 * 3 * 100_001);
  for (let i = 0; i < many.length; i += 3) many.set([0xa2, 6, 0], i); // layers without a name
  await assertRejects(() => openCaffe(source(many)), SyntaxError, "more than 100000 layers");
});

Deno.test("Caffe: a damaged file is refused or read, whatever the damage", async () => {
  const bytes = net(
    layer("conv", "Convolution", "x", "y", blob([2, 1, 1, 1], 1, 2), blob([2], 3, 4)),
    layer("bn", "BatchNorm", "y", "y", blob([1], 1), blob([1], 2), blob([1], 1)),
  );
  assert(await damage(bytes, openCaffe) > bytes.length);
});

realTest(
  "Caffe: the published LeNet equals its safetensors, tensor by tensor",
  ["lenet-caffe/lenet_iter_10000.caffemodel", "lenet-caffe/lenet.safetensors"],
  async ([caffe, safetensors]) => {
    using a = await openWeights(caffe!);
    using b = await openWeights(safetensors!);
    assertEquals(a.format, "caffe");
    assertEquals([...a.tensors.keys()].sort(), [...b.tensors.keys()].sort());
    for (const [name, tensor] of b.tensors) {
      const other = a.tensors.get(name)!;
      assertEquals([...other.shape], [...tensor.shape], name);
      assertEquals<unknown>(await other.read(), await tensor.read(), name);
    }
  },
);
