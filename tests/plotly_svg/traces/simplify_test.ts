import { assert, assertEquals } from "@std/assert";
import { simplify } from "../../../lib/plotly_svg/traces/simplify.ts";

Deno.test("of a straight line its ends are left, of a bent one its corners", () => {
  const straight = Array.from({ length: 50 }, (_, i) => [i, 2 * i] as const);
  assertEquals(simplify(straight, 0.1), [[0, 0], [49, 98]]);
  const bent = [
    ...straight,
    ...straight.slice(0, -1).reverse().map(([x, y]) => [x, 196 - y] as const),
  ];
  assertEquals(simplify(bent, 0.1), [[0, 0], [49, 98], [0, 196]]);
});

Deno.test("what is left out is nowhere farther off than the tolerance", () => {
  const circle = Array.from({ length: 1000 }, (_, i) => {
    const angle = 2 * Math.PI * i / 1000;
    return [100 * Math.cos(angle), 100 * Math.sin(angle)] as const;
  });
  const kept = simplify(circle, 0.5);
  assert(kept.length < 60, `${kept.length} points`);
  // The middle of a chord is as far from the circle as any of its points.
  kept.slice(1).forEach(([x, y], i) => {
    const [px, py] = kept[i]!;
    assert(100 - Math.hypot((x + px) / 2, (y + py) / 2) <= 0.51);
  });
});

Deno.test("a line that comes back to its start, and one of few points, are left whole", () => {
  assertEquals(simplify([[0, 0], [9, 0], [9, 9], [0, 0]], 1), [[0, 0], [9, 0], [9, 9], [0, 0]]);
  assertEquals(simplify([[1, 1], [2, 2]], 1), [[1, 1], [2, 2]]);
  assertEquals(simplify([], 1), []);
});
