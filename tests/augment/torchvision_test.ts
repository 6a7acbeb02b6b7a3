/** What changes images, against what torchvision makes of the same. */
import { assert, assertEquals } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import * as augmentation from "../../lib/augment/mod.ts";
import type { ByteImage } from "../../lib/vision/image.ts";
import { bytesOf } from "../vision/pillow.ts";

interface Bytes {
  readonly height: number;
  readonly width: number;
  readonly data: string;
}

interface Fixtures {
  readonly images: readonly Bytes[];
  readonly records: readonly (Bytes & {
    readonly image: number;
    readonly name: Name;
    readonly arguments: readonly unknown[];
    readonly noise?: readonly number[];
  })[];
  /** All that a step may make of image 0. */
  readonly policies: readonly {
    readonly step: augmentation.StepConfig;
    readonly outcomes: readonly string[];
  }[];
}

/** From tests/fixtures/generate_augment.py. */
const { images, records, policies }: Fixtures = JSON.parse(
  await Deno.readTextFile(new URL("../fixtures/augment.json", import.meta.url)),
);

type Name =
  | "adjustBrightness"
  | "adjustContrast"
  | "adjustHue"
  | "adjustSaturation"
  | "adjustSharpness"
  | "affine"
  | "autocontrast"
  | "elastic"
  | "equalize"
  | "erase"
  | "flipVertical"
  | "gaussianBlur"
  | "pad"
  | "posterize"
  | "rotate"
  | "solarize"
  | "toGray";
type Change = (image: ByteImage, ...values: unknown[]) => ByteImage;
const names = [...new Set(records.map(({ name }) => name))];

/** Where a value lies between two bytes exactly, sums in another order end on either side. */
const tolerance: Partial<Record<Name, number>> = { affine: 1 };

for (const name of names) {
  Deno.test(`${name}, as torchvision`, () => {
    const change = augmentation[name] as Change;
    let different = 0, all = 0;
    for (const { image, noise, arguments: given, ...expected } of records) {
      if (expected.name !== name) continue;
      const { data, ...size } = images[image]!;
      const before = { ...size, data: bytesOf(data) };
      const result = change(before, ...noise ? [Float32Array.from(noise)] : [], ...given);
      const wanted = bytesOf(expected.data), what = `image ${image}, ${JSON.stringify(given)}`;
      assertEquals([result.height, result.width], [expected.height, expected.width], what);
      assertEquals(before.data, bytesOf(data), `${what}: the image itself stays`);
      if (!(name in tolerance)) assertEquals(result.data, wanted, what);
      for (let i = 0; i < wanted.length; i++) {
        const off = Math.abs(result.data[i]! - wanted[i]!);
        assert(
          off <= (tolerance[name] ?? 0),
          `${what}: ${result.data[i]} for ${wanted[i]} at ${i}`,
        );
        different += Number(off > 0);
        all++;
      }
    }
    assert(all > 0 && different <= all / 1000, `${different} of ${all} bytes differ`);
  });
}

Deno.test("every function of an image has records", () => {
  const others = ["Pipeline", "pipeline", "cutmix", "mixup", "principalColors", "imagenetColors"];
  const own = ["shiftColors"]; // checked by its formula
  const known = Object.keys(augmentation).filter((key) => ![...others, ...own].includes(key));
  assertEquals(known.sort(), [...names].sort());
});

for (const { step, outcomes } of policies) {
  Deno.test(`${JSON.stringify(step)} makes all that torchvision's may make, and nothing else`, () => {
    const { data, ...size } = images[0]!, before = { ...size, data: bytesOf(data) };
    const augment = augmentation.pipeline([step]), found = new Set<string>();
    for (let seed = 0; seed < 3000; seed++) {
      found.add(augment.apply(before, new Random(seed)).data.toBase64());
    }
    assertEquals([...found].sort(), outcomes);
  });
}
