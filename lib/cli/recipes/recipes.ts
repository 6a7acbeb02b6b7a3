/**
 * The recipes by name; each is loaded when it is asked for.
 *
 * @module
 */
import type { Recipe } from "./recipe.ts";

const table = {
  "resnet20-cifar10": async () => (await import("./resnet20_cifar10.ts")).recipe,
  "lenet5-elastic": async () => (await import("./lenet5_elastic.ts")).recipe,
  "relu-tanh": async () => (await import("./relu_tanh.ts")).recipe,
  "plain-residual": async () => (await import("./plain_residual.ts")).recipe,
  "batch-norm": async () => (await import("./batch_norm.ts")).recipe,
  "batch-renorm": async () => (await import("./batch_renorm.ts")).recipe,
  "vgg-depth": async () => (await import("./vgg_depth.ts")).recipe,
  "squeeze-excitation": async () => (await import("./squeeze_excitation.ts")).recipe,
  "plateau": async () => (await import("./plateau.ts")).recipe,
  "regularization": async () => (await import("./regularization.ts")).recipe,
} satisfies Record<string, () => Promise<Recipe>>;

/** The name of a recipe. */
export type RecipeName = keyof typeof table;

/** What loads each recipe. */
export const recipes: Readonly<Record<RecipeName, () => Promise<Recipe>>> = table;

/** The names of all recipes. */
export const recipeNames = Object.keys(table) as RecipeName[];

/** The recipes in lines for the help, each with what it compares. */
export async function formatRecipes(): Promise<string> {
  const all = await Promise.all(recipeNames.map((name) => recipes[name]()));
  return all.map(({ name, title }) => `  ${name.padEnd(18)}  ${title}`).join("\n");
}
