import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname } from "node:path";
import { filesWith, filterFor, wordsOf } from "./aim.ts";

Deno.test("aim: words are what is neither an option nor a path", () => {
  assertEquals(wordsOf(["mish", "tests", "tests/setup/aim.ts", "tests/**/a_test.ts"]), ["mish"]);
  assertEquals(wordsOf(["tests/data", "--filter", "mnist"]), []);
  assertEquals(wordsOf([]), []);
});

Deno.test("aim: a word chooses names by how their words begin", () => {
  const pattern = filterFor(["conv2d", "top-1"]).slice("/(?i)".length, -1);
  const chosen = new RegExp(pattern, "i");
  for (const name of ["conv2d: a stride", "webgpu: Conv2dInputGradient", "top-1 hits on cpu"]) {
    assertMatch(name, chosen);
  }
  for (const name of ["a deconv2d", "top 1"]) assert(!chosen.test(name), name);
});

Deno.test("aim: files have the word, or make tests of a list", async () => {
  const files = await filesWith(["aim"], dirname(import.meta.dirname!));
  const has = (name: string) => files.some((file) => file.endsWith(name));
  assert(has("setup/aim_test.ts"));
  assert(has("device/ops_test.ts"));
  assert(!has("setup/junit_test.ts"));
});
