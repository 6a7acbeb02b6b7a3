import { leafOp, type Op } from "./node.ts";
import * as conv2d from "./ops/conv2d.ts";
import * as elementwise from "./ops/elementwise.ts";
import * as gather from "./ops/gather.ts";
import * as generate from "./ops/generate.ts";
import * as layout from "./ops/layout.ts";
import * as matmul from "./ops/matmul.ts";
import * as reduce from "./ops/reduce.ts";
import * as window from "./ops/window.ts";
import * as withGradient from "./ops/with_gradient.ts";

/** Every op, by name: what the modules of `ops/` list. */
export const opTable: ReadonlyMap<string, Op> = new Map(
  [conv2d, elementwise, gather, generate, layout, matmul, reduce, window, withGradient]
    .flatMap((module) => module.ops)
    .concat(leafOp)
    .map((op) => [op.name, op]),
);
