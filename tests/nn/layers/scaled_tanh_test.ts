import { assertAlmostEquals, assertEquals } from "@std/assert";
import { scaledTanh } from "../../../lib/nn/layers/scaled_tanh.ts";
import { call } from "./call.ts";

Deno.test("scaledTanh: takes 1 to 1 and -1 to -1, and is 1.7159 at most", () => {
  const { data } = call(scaledTanh(), [4], [-1, 0, 1, 100]);
  [-1, 0, 1, 1.7159].forEach((expected, i) => assertAlmostEquals(data[i]!, expected, 1e-4));
  assertEquals(data.length, 4);
});
