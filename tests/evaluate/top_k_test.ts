import { assertEquals, assertRejects } from "@std/assert";
import { highest, softmax, topK } from "../../lib/evaluate/top_k.ts";
import { tensor } from "../../lib/tensor/create.ts";

Deno.test("the best come first; of equal ones the lower number, NaN last", () => {
  assertEquals(highest([0.1, 0.9, 0.5, 0.9], 3), [1, 3, 2]);
  assertEquals(highest([0, 0, 0, 0], 2), [0, 1]);
  assertEquals(highest([NaN, -1, NaN], 3), [1, 0, 2]);
  assertEquals(highest([NaN, NaN, NaN], 2), [0, 1]);
  assertEquals(highest([3, 4], 5), [1, 0]);
});

Deno.test("highest agrees with sorting", () => {
  const scores = Array.from({ length: 200 }, (_, i) => (i * 7919) % 101);
  const sorted = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  for (const k of [1, 5, 200]) assertEquals(highest(scores, k), sorted.slice(0, k));
});

Deno.test("topK ranks each row", async () => {
  const ranked = await topK(tensor([[1, 3, 2], [9, 8, 7]]), 2);
  assertEquals(ranked, [
    [{ index: 1, score: 3 }, { index: 2, score: 2 }],
    [{ index: 0, score: 9 }, { index: 1, score: 8 }],
  ]);
  await assertRejects(() => topK(tensor([1, 2])), TypeError, "[examples, classes], found [2]");
  await assertRejects(() => topK(tensor([[1]]), 0), RangeError, "found 0");
});

Deno.test("softmax holds for large logits", () => {
  assertEquals([...softmax([1000, 1000])], [0.5, 0.5]);
  assertEquals([...softmax([0, -2000])], [1, 0]);
});
