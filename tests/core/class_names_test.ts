import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ClassNames } from "../../lib/core/class_names.ts";

const find = (names: string[], text: string) => new ClassNames(names).find(text, "here");

Deno.test("a class is found however its name is spelled", () => {
  const names = ["Crème brûlée", "great white shark", "Straße", "№ 5", "猫", "7"];
  for (
    const [text, number] of [
      ["Crème brûlée", 0],
      ["Cre\u0300me bru\u0302le\u0301e", 0],
      ["CREME_BRULEE", 0],
      ["  Great-White_Shark ", 1],
      ["great  white\u00a0shark", 1],
      ["ｇｒｅａｔ white\u2010shark", 1],
      ["STRASSE", 2],
      ["no 5", 3],
      ["猫", 4],
      ["007", 5],
      ["greatwhiteshark", undefined],
      ["great white", undefined],
      ["", undefined],
    ] as const
  ) assertEquals([text, find(names, text)], [text, number]);
});

Deno.test("a folder cannot have every sign of a name; a sign alone is a name", () => {
  const names = ["T-shirt/top", "AC:DC", "?", "-"];
  for (
    const [text, number] of [
      ["T-shirt_top", 0],
      ["t shirt top", 0],
      ["ac_dc", 1],
      ["?", 2],
      ["-", 3],
      ["*", undefined],
    ] as const
  ) assertEquals([text, find(names, text)], [text, number]);
});

Deno.test("the strictest form in which there are matches decides", () => {
  const names = ["résumé", "resume", "Resume"];
  assertEquals(names.map((name) => find(names, name)), [0, 1, 2]);
  assertEquals(find(names, "RÉSUMÉ"), 0);
  assertThrows(
    () => find(names, "RESUME"),
    RangeError,
    'here: "RESUME" may be the class 1 ("resume") or 2 ("Resume")',
  );
  assertThrows(() => find(["crane", "heron", "crane"], "crane"), RangeError, "0 (");
});

Deno.test("a number is a name first, and no guess", () => {
  const number = (names: string[], value: number) =>
    new ClassNames(names).findNumber(`${value}`, "");
  assertEquals([0, 1, 2].map((value) => number(["b", "a"], value)), [0, 1, undefined]);
  assertEquals([0, 1, 2].map((value) => number(["2", "1"], value)), [undefined, 1, 0]);
  assertEquals(["7", "07"].map((text) => new ClassNames(["07", "7"]).findNumber(text, "")), [1, 0]);
  assertEquals([0, 1, 40].map((value) => number(["40", "30"], value)), [0, 1, 0]);
});

Deno.test("what is unknown is listed with what is nearest", () => {
  const names = new ClassNames(["heron", "tench"]);
  assertEquals(
    names.unknown(["hero"]),
    'unknown class "hero"; did you mean "heron"? Known: heron, tench',
  );
  assertEquals(
    names.unknown(["hero", "albatross"]),
    'unknown classes "hero" (nearest: "heron"), "albatross". Known: heron, tench',
  );
  const many = new ClassNames(Array.from({ length: 100 }, (_, i) => `class ${i} of them`));
  assertStringIncludes(many.unknown(Array(30).fill("x")), " and 22 more. Known: class 0 of them");
});
