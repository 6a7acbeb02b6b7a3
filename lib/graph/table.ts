import { definedOps } from "./node.ts";
import "./ops/conv2d.ts";
import "./ops/elementwise.ts";
import "./ops/gather.ts";
import "./ops/generate.ts";
import "./ops/layout.ts";
import "./ops/matmul.ts";
import "./ops/reduce.ts";
import "./ops/window.ts";
import "./ops/with_gradient.ts";

/** Every op, by name: what the modules of `ops/` define. */
export const opTable = definedOps;
