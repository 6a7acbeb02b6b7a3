/** What PyTorch's checkpoints hold beside weights, where these are, and in what pieces. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { StoredTensor } from "../../lib/core/safetensors/read.ts";
import { encodeSafetensors } from "../../lib/core/safetensors/write.ts";
import { sizeOf } from "../../lib/core/shape.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { loadWeights, type LoadWeightsOptions } from "../../lib/weights/load.ts";
import { openWeights } from "../../lib/weights/open.ts";
import type { WeightReport } from "../../lib/weights/report.ts";
import type { ByteSource } from "../../lib/weights/byte_source.ts";
import { readZip } from "../../lib/weights/zip.ts";
import { damage, fixture, type Listed, numbers, source } from "./files.ts";
import { zip } from "./zip.ts";

const expected: Record<"weights" | "averaged" | "pieces", Record<string, Listed>> = JSON.parse(
  new TextDecoder().decode(fixture("checkpoint_expected.json")),
);

const net = (): Model =>
  sequential([2, 2, 1]).conv2d(2, 2, { name: "body.conv" }).globalAveragePool2d()
    .dense(3, { name: "fc" });

/** Loads a file into the net, and says which of the weights that it was written with came. */
async function load(
  file: string | Uint8Array,
  options: LoadWeightsOptions = {},
): Promise<{ which: string; report: WeightReport }> {
  const loaded = net();
  const bytes = typeof file === "string" ? fixture(`checkpoint_${file}`) : file;
  const report = await loadWeights(loaded, bytes, options);
  const bias = [...await loaded.weight("fc.bias").read()];
  const kernel = [...await loaded.weight("body.conv.kernel").read()];
  for (const which of ["weights", "averaged"] as const) {
    if (numbers(expected[which]["fc.bias"]!).some((x, i) => x !== bias[i])) continue;
    // [o, 1, h, w] to [h, w, 1, o]
    const stored = numbers(expected[which]["body.conv.weight"]!);
    assertEquals(kernel, Array.from(stored, (_, i) => stored[(i % 2) * 4 + (i >> 1)]));
    return { which, report };
  }
  return { which: "others", report };
}

for (const name of [..."012345", "1_legacy", "4_legacy", "5_legacy"]) {
  Deno.test(`checkpoints: whatever stands beside the weights, in protocol ${name}`, async () => {
    const { which, report } = await load(`beside_${name}.pth`);
    assertEquals([which, report.matched.length, report.parts], ["weights", 4, ["state_dict"]]);
    assertEquals(report.ignored, []);
  });
}

for (const name of ["list.pth", "tuple.pth", "gan.pth", "module.pth", "script.pt", "negated.pth"]) {
  Deno.test(`checkpoints: weights are found in ${name}`, async () => {
    const { which, report } = await load(name);
    assertEquals([which, report.matched.length, report.unexpected], ["weights", 4, []]);
  });
}

for (const name of ["averaged.pth", "deflated.pth", "lightning.pth", "module.pth"]) {
  Deno.test(`checkpoints: averaged weights are chosen by part, in ${name}`, async () => {
    const { which, report } = await load(name);
    assertEquals(which, "weights");
    assert(report.parts.length === 2, String(report.parts));
    const part = report.parts.find((part) => !["state_dict", "model"].includes(part))!;
    assertStringIncludes(String(report), `for the option part: ${report.parts.join(", ")})`);
    const averaged = await load(name, { part });
    assertEquals([averaged.which, averaged.report.part], ["averaged", part]);
    assertStringIncludes(String(averaged.report), `of the part "${part}"`);
  });
}

Deno.test("checkpoints: of two sets that fit equally well, one must be chosen", async () => {
  const error = await assertRejects(() => load("twins.pth"), TypeError);
  assertStringIncludes(
    error.message,
    'several sets of tensors fit the model: "student", "teacher"',
  );
  assertEquals((await load("twins.pth", { part: "teacher" })).which, "averaged");
  assertEquals((await load("twins.pth", { part: "student.net" })).which, "weights");
  await assertRejects(
    () => load("twins.pth", { part: "techer" }),
    RangeError,
    'part: expected one of "student", "teacher", found "techer"',
  );
});

/** A safetensors file with both sets of weights below prefixes. */
function prefixed(sets: Record<string, "weights" | "averaged">, ...more: string[]) {
  const tensors = Object.entries(sets).flatMap(([prefix, which]) =>
    Object.entries(expected[which]).map(([name, listed]): [string, StoredTensor] => [
      `${prefix}${name}`,
      { shape: listed.shape, dtype: "f32", data: numbers(listed) },
    ])
  );
  const scalar: StoredTensor = { shape: [], dtype: "f32", data: Float32Array.of(1) };
  return encodeSafetensors([...tensors, ...more.map((name) => [name, scalar] as const)]);
}

const prefixes = [
  ...["module.", "_orig_mod.", "model.", "net.", "module._orig_mod.", "_orig_mod.module.model."],
  ...["backbone.", "model.encoder.", "a/b/", "module.module.net.", "student.backbone._orig_mod."],
];
for (const prefix of prefixes) {
  Deno.test(`loadWeights: names that begin with ${prefix}`, async () => {
    const { which, report } = await load(prefixed({ [prefix]: "weights" }, "n_averaged"));
    assertEquals([which, report.ignored], ["weights", ["n_averaged"]]);
  });
}

Deno.test("loadWeights: wrappers of single modules, in the middle of names", async () => {
  const bytes = prefixed({ "": "weights" });
  const renamed = new TextDecoder("latin1").decode(bytes);
  const { header, body } = {
    header: renamed.slice(8, 8 + bytes[0]! + 256 * bytes[1]!),
    body: bytes,
  };
  const wrapped = header.replaceAll('"body.conv', '"body._orig_mod.module.conv').trimEnd();
  const json = new TextEncoder().encode(wrapped);
  const file = new Uint8Array(8 + json.length + body.length - 8 - header.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(body.subarray(8 + header.length), 8 + json.length);
  assertEquals((await load(file)).which, "weights");
});

Deno.test("loadWeights: tensors beside those that have the prefix are not passed over", async () => {
  const bytes = prefixed({ "model.": "weights" }, "criterion.weight");
  await assertRejects(
    () => load(bytes),
    TypeError,
    "1 unexpected in the file:\n  criterion.weight",
  );
  assertEquals((await load(bytes, { ignore: /^criterion/ })).which, "weights");
  assertEquals((await load(bytes, { part: "model" })).which, "weights");
});

Deno.test("loadWeights: averaged weights below a prefix are chosen by part", async () => {
  const bytes = prefixed({ "model.": "weights", "ema_model.module.": "averaged" });
  await assertRejects(() => load(bytes), TypeError, 'fit the model: "model", "ema_model"');
  assertEquals((await load(bytes, { part: "model" })).which, "weights");
  assertEquals((await load(bytes, { part: "ema_model" })).which, "averaged");
});

Deno.test("checkpoints: a tensor that cannot be read matters where it is needed", async () => {
  const ignore = /^extra|^expanded/;
  assertEquals((await load("unreadable.pth", { ignore })).which, "weights");
  assertEquals((await load("unreadable_legacy.pth", { ignore })).which, "weights");
  using file = await openWeights(fixture("checkpoint_unreadable.pth"));
  const kinds = [...file.tensors.values()].filter(({ name }) => name.startsWith("extra"))
    .map(({ name, type, shape }) => `${name.slice(6)}: ${type} [${shape}]`);
  assertEquals(kinds, [
    "complex: complex64 [2]",
    "sparse: sparse [3,3]",
    "csr: sparse [3,3]",
    "quantized: quantized [2]",
    "meta: meta (without numbers) [2,3]",
    "nested: nested []",
    "f8: torch.float8_e8m0fnu [2]",
    "huge: f32, 1 numbers repeated [134217728]",
  ]);
  await assertRejects(
    () => file.tensors.get("extra.complex")!.read(),
    SyntaxError,
    "extra.complex: numbers of the kind complex64 cannot be read",
  );
  const needing = sequential([1]).dense(2, { name: "extra" });
  const { misshapen } = await loadWeights(needing, file, {
    map: { "extra.bias": "extra.complex" },
    strict: false,
  });
  assertEquals(misshapen.map(({ found }) => found), ["complex64 [2]"]);
});

Deno.test("checkpoints: arrays of NumPy instead of tensors are named", async () => {
  await assertRejects(
    () => load("arrays.pth"),
    SyntaxError,
    "no tensors, found a dict of 1 (model); expected what torch.save(model.state_dict(), path) " +
      "writes; NumPy's arrays are not read",
  );
});

Deno.test("checkpoints: an archive that was packed again within a folder is read", async () => {
  const entries = await readZip(source(fixture("checkpoint_list.pth")));
  const within = await Array.fromAsync(entries, async ([name, content]) => ({
    name: `downloads/${name}`,
    content: await content.read(0, content.size),
  }));
  const { which, report } = await load(zip(within));
  assertEquals([which, report.matched.length], ["weights", 4]);
});

Deno.test("checkpoints: a damaged archive that is deflated is refused or read", async () => {
  const open = (source: ByteSource) =>
    source.read(0, source.size).then((bytes) => openWeights(bytes));
  assert(await damage(fixture("checkpoint_deflated.pth"), open, 7) > 100);
  // An entry that says it is as large as its packed bytes could make it at most.
  const bytes = fixture("checkpoint_deflated.pth");
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 4 < bytes.length; at++) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    view.setUint32(at + 24, 1000 * view.getUint32(at + 20, true), true);
    break;
  }
  await assertRejects(
    () => openWeights(bytes),
    SyntaxError,
    "bytes when unpacked, found",
  );
});

Deno.test("checkpoints: an expanded tensor is read as it looks", async () => {
  using file = await openWeights(fixture("checkpoint_unreadable.pth"));
  const tensor = file.tensors.get("expanded")!;
  assertEquals([...await tensor.read()], [2.5, 2.5, 2.5, 3, 3, 3]);
  assertEquals([...await tensor.read(2, 4)], [2.5, 3]);
});

for (const form of ["old", "new"]) {
  Deno.test(`loadWeights: weight_norm and spectral_norm in their ${form} form`, async () => {
    const bytes = fixture("checkpoint_pieces.pth");
    const layers = {
      conv: sequential([2, 2, 2]).conv2d(3, 2, { name: "conv", bias: false }),
      sconv: sequential([2, 2, 2]).conv2d(3, 2, { name: "sconv", bias: false }),
      up: sequential([2, 2, 3]).convTranspose2d(3, 2, { name: "up", bias: false }),
      sup: sequential([2, 2, 3]).convTranspose2d(3, 2, { name: "sup", bias: false }),
      linear: sequential([3]).dense(2, { name: "linear", bias: false }),
      whole: sequential([3]).dense(2, { name: "whole", bias: false }),
      slinear: sequential([3]).dense(2, { name: "slinear", bias: false }),
    };
    for (const [name, model] of Object.entries(layers)) {
      const map = { [name]: `${form}.${name}` };
      const { matched } = await loadWeights(model, bytes, { map, ignore: /./ });
      assertEquals(matched.map(({ tensor }) => tensor), [`${form}.${name}.weight`]);
      // The same from whole weights, which turns them round in the same way.
      const listed = expected.pieces[`${form}.${name}.weight`]!;
      const file = encodeSafetensors([[`${name}.weight`, {
        shape: listed.shape,
        dtype: "f32",
        data: numbers(listed),
      }]]);
      const found = await model.weight(`${name}.kernel`).read();
      await loadWeights(model, file);
      const right = await model.weight(`${name}.kernel`).read();
      const error = Math.max(...right.map((x, i) => Math.abs(x - found[i]!)));
      assert(error < 1e-6 && sizeOf(listed.shape) === right.length, `${name}: ${error}`);
    }
  });
}

Deno.test("loadWeights: pieces that do not fit are named, and one that is missing too", async () => {
  const tensor = (...shape: number[]): StoredTensor => ({
    shape,
    dtype: "f32",
    data: new Float32Array(sizeOf(shape)).fill(1),
  });
  const dense = () => sequential([3]).dense(2, { name: "fc", bias: false });
  await assertRejects(
    () =>
      loadWeights(
        dense(),
        encodeSafetensors([["fc.weight_g", tensor(3, 1)], ["fc.weight_v", tensor(2, 3)]]),
      ),
    TypeError,
    "fc.weight: expected floating-point [2, 3], found weight_norm whose pieces do not fit",
  );
  await assertRejects(
    () =>
      loadWeights(
        dense(),
        encodeSafetensors([["fc.weight_orig", tensor(2, 3)], ["fc.weight_u", tensor(2)]]),
      ),
    TypeError,
    "fc.weight_orig [2, 3]",
  );
});
