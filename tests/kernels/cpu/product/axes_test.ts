import { assertEquals } from "@std/assert";
import {
  commonStride,
  mergedAxes,
  stepsOf,
  unitsOf,
} from "../../../../kernels/cpu/product/axes.ts";

Deno.test("cpu product: axes that every pointer walks like one are one", () => {
  const axes = [
    { count: 2, a: 60, b: 60 },
    { count: 1, a: 7, b: 9 },
    { count: 3, a: 20, b: 20 },
    { count: 5, a: 4, b: 4 },
  ];
  assertEquals(mergedAxes(axes, "a", "b"), [{ count: 30, a: 4, b: 4 }]);
  const apart = axes.with(0, { count: 2, a: 60, b: 64 });
  assertEquals(mergedAxes(apart, "a", "b"), [apart[0]!, { count: 15, a: 4, b: 4 }]);
  assertEquals(mergedAxes(apart, "a"), [{ count: 30, a: 4, b: 4 }]);
  assertEquals([commonStride(apart, "a"), commonStride(apart, "b")], [4, undefined]);
  assertEquals(commonStride([{ count: 1, a: 8 }], "a"), 0);
});

Deno.test("cpu product: units hold all steps, none more than the limit", () => {
  for (const counts of [[1000], [7, 300], [50, 30, 20], [3, 3, 64], [2, 5], [513]]) {
    const axes = counts.map((count) => ({ count, a: 0, b: 0 }));
    const { outer, cut, step, inner, cuts, even, count } = unitsOf(axes, 256);
    assertEquals([...outer, cut, ...inner], axes);
    assertEquals(count, stepsOf(outer) * cuts);
    assertEquals([step * cuts >= cut.count, step * (cuts - 1) < cut.count], [true, true]);
    assertEquals(even, cut.count % step === 0);
    assertEquals(step * stepsOf(inner) <= 256, true);
  }
});
