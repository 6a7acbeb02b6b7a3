import { native } from "../cpu/native.ts";
import { checkRandomTiles } from "./random_tile.ts";

Deno.test({
  name: "native tiles: random shapes, and nothing is written outside",
  ignore: native().available.length === 0,
  fn: () => checkRandomTiles(1, 1000),
});
