import { type Attributes, leafOp, type Op } from "./node.ts";
import * as conv2d from "./ops/conv2d.ts";
import * as elementwise from "./ops/elementwise.ts";
import * as gather from "./ops/gather.ts";
import * as generate from "./ops/generate.ts";
import * as layout from "./ops/layout.ts";
import * as matmul from "./ops/matmul.ts";
import * as reduce from "./ops/reduce.ts";
import * as window from "./ops/window.ts";

/** Every op, by name: whatever a module of `ops/` exports under a name that ends in "Op". */
export const opTable: ReadonlyMap<string, Op<Attributes>> = new Map(
  [conv2d, elementwise, gather, generate, layout, matmul, reduce, window]
    .flatMap((module) => Object.entries(module))
    .filter(([name]) => name.endsWith("Op"))
    .map(([, op]) => op as unknown as Op<Attributes>)
    .concat(leafOp as unknown as Op<Attributes>)
    .map((op) => [op.name, op]),
);
