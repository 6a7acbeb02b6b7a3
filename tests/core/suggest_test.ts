import { assertEquals } from "@std/assert";
import { nearestName, unknownName } from "../../lib/core/suggest.ts";

Deno.test("the nearest name is found through typing errors", () => {
  const known = ["conv2d", "dense", "dropout", "maxPool2d"];
  assertEquals(nearestName("conv2", known), "conv2d");
  assertEquals(nearestName("Dense", known), "dense");
  assertEquals(nearestName("dorpout", known), "dropout");
  assertEquals(nearestName("maxpool2D", known), "maxPool2d");
  assertEquals(nearestName("xyzzy", known), undefined);
  assertEquals(nearestName("dense", []), undefined);
});

Deno.test("the sentence for an unknown name", () => {
  assertEquals(
    unknownName("option", "strides", ["stride", "padding"]),
    'unknown option "strides"; did you mean "stride"? Known: stride, padding',
  );
  assertEquals(
    unknownName("device", "quantum", ["cpu", "webgpu"]),
    'unknown device "quantum". Known: cpu, webgpu',
  );
});

Deno.test("a name of another library is told the name here, where there is one", () => {
  const known = ["crossEntropy", "meanSquaredError"];
  assertEquals(
    unknownName("loss", "sparse_categorical_crossentropy", known),
    'unknown loss "sparse_categorical_crossentropy"; did you mean "crossEntropy"? Known: ' +
      "crossEntropy, meanSquaredError",
  );
  assertEquals(
    unknownName("loss", "mse", ["crossEntropy"]),
    'unknown loss "mse". Known: crossEntropy',
  );
});
