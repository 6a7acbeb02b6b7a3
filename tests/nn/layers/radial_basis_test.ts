import { assertEquals, assertThrows } from "@std/assert";
import { radialBasis } from "../../../lib/nn/layers/radial_basis.ts";
import { call, count } from "./call.ts";

Deno.test("radialBasis: minus the squared distance to each centre, which is not learnt", () => {
  const layer = radialBasis(3);
  // The centres (1, 2), (0, 0) and (4, 6) are the columns.
  const { shape, data } = call(layer, [2], [1, 2], { centers: [1, 0, 4, 2, 0, 6] });
  assertEquals(shape, [3]);
  assertEquals(data, [-0, -5, -25]);
  assertEquals(layer.weights.centers!.trainable, false);
});

Deno.test("radialBasis: images are an error", () => {
  assertThrows(() => call(radialBasis(2), [2, 2, 1], count(4)), TypeError, "flatten");
});
