/** Recipes as the command runs them, a few steps of each training, on drawn data. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { recipeNames, recipes } from "../../../lib/cli/recipes/recipes.ts";
import { loadModel } from "../../../lib/train/load_model.ts";
import { scratch } from "../../train/helpers.ts";
import { savedBits, train, TrainRun } from "../run.ts";

const few = ["--device", "cpu", "--steps", "2"];

for (const name of recipeNames) {
  Deno.test(`${name}: a few steps of each training, with its record, and the page`, async () => {
    await using folder = await scratch();
    const recipe = await recipes[name]();
    assertEquals(recipe.name, name);
    const drawn = recipe.arms[0]!.data === "mnist" ? "digits" : "shapes";
    const args = ["--recipe", name, "--data", drawn, ...few, "--out", folder.path];
    const { code, lines, errors } = await train(...args);
    assertEquals([code, errors], [0, ""]);
    assertStringIncludes(lines.join("\n"), recipe.source);
    const page = await Deno.readTextFile(`${folder.path}/results.md`);
    // Of arms that differ in their rate alone, one shows as much.
    const arms = Map.groupBy(recipe.arms, ({ group, name }) => group ?? name);
    assertEquals(page.match(/^\| (?!arm |-)/gm)!.length, arms.size);
    for (const [arm] of arms.values()) {
      assert(arm !== undefined);
      assertMatch(page, new RegExp(`^\\| ${arm.name} `, "m"));
      const run = JSON.parse(
        await Deno.readTextFile(`${folder.path}/${arm.name}/seed-0/run.json`),
      );
      assertEquals([run.status, run.result.steps, run.settings.arm.name], ["done", 2, arm.name]);
      assertEquals(run.settings.arm.data, drawn);
    }
    assertStringIncludes(page, "2 steps of each training, to see that it works");
    assert(!/\((holds|does not hold)\)/.test(page), page);
    const model = await loadModel(
      `${folder.path}/${recipe.arms[0]!.name}/seed-0/model.safetensors`,
    );
    assertEquals(model.classes!.length, 10);
  });
}

/** A recipe that is short enough, and long enough to be interrupted in the midst of a training. */
const short = [
  ...["--recipe", "lenet5-elastic", "--data", "digits", "--device", "cpu", "--json"],
  ...["--steps", "150"],
];

Deno.test("a recipe that is interrupted goes on where it was, and ends with the same bits", async () => {
  await using folder = await scratch();
  const whole = `${folder.path}/whole`, parts = `${folder.path}/parts`;
  assertEquals((await train(...short, "--out", whole)).code, 0);
  const run = new TrainRun([...short, "--out", parts], (line, run) => {
    // In the second training.
    if (line.includes('"progress"') && line.includes('"arm":"elastic"')) run.signal("SIGINT");
  });
  const { code, events, errors } = await run.end();
  assertEquals([code, errors], [130, ""]);
  assertStringIncludes(
    events.at(-1)!.again,
    `deno task train --recipe lenet5-elastic --out ${parts}`,
  );
  const again = await train(...short, "--out", parts);
  assertEquals(again.code, 0);
  const trained = again.events.filter(({ event }) => event === "arm").map(({ arm }) => arm);
  assertEquals(trained, ["elastic", "half-elastic"]);
  assertEquals(again.events.filter(({ event }) => event === "arm-done").length, 3);
  for (const arm of ["as-they-are", "elastic", "half-elastic"]) {
    const [a, b] = [whole, parts].map((place) => savedBits(`${place}/${arm}/seed-0`));
    assertEquals(await b, await a);
  }
  // All is done now: nothing is trained, and the page is there again.
  await Deno.remove(`${parts}/results.md`);
  const third = await train(...short, "--out", parts);
  assertEquals(third.events.filter(({ event }) => event === "epoch").length, 0);
  const findings = third.events.at(-1)!.findings;
  assertEquals(findings, again.events.at(-1)!.findings);
  assertStringIncludes(await Deno.readTextFile(`${parts}/results.md`), findings[0].found);
  const resumed = await train("--resume", `${parts}/elastic/seed-0`);
  assertEquals(resumed.code, 2);
  assertStringIncludes(
    resumed.errors,
    "is of the recipe lenet5-elastic, which goes on where it was",
  );
  // Other settings are another training.
  const other = await train(...short.slice(0, -1), "149", "--out", parts);
  assertEquals(other.code, 2);
  assertStringIncludes(other.errors, "has a training with other settings");
});

Deno.test("recipes: mistakes are one line on stderr, and exit with 2", async () => {
  const mistakes = [
    [["--recipe", "relu-tan"], 'found "relu-tan"; did you mean "relu-tanh"?'],
    [["--recipe"], "--recipe: expected a value (NAME)"],
    [["--seeds", "2"], "say which by --recipe NAME"],
    [["--recipe", "relu-tanh", "--model", "mlp"], "--model: not for a recipe"],
    [
      ["--recipe", "relu-tanh", "--data", "digits"],
      "the recipe takes cifar10, or what has images of that size: shapes, cifar10; found",
    ],
    [["--recipe", "relu-tanh", "--epochs", "0"], "--epochs: expected at least 1"],
    [["--recipe", "relu-tanh", "--steps", "0"], "--steps: expected an integer of at least 1"],
  ] as const;
  for (const [args, message] of mistakes) {
    const { code, lines, errors } = await train(...args);
    assertEquals([code, lines.length], [2, 0], errors);
    assertStringIncludes(errors, message);
    assertEquals(errors.trimEnd().split("\n").length, 1);
  }
});

Deno.test("--help lists the recipes", async () => {
  const text = (await train("--help")).lines.join("\n");
  for (const name of recipeNames) assertMatch(text, new RegExp(`^  ${name} +\\w`, "m"));
});
