/**
 * Rules for the first values of weights.
 *
 * ```ts
 * import { initializers, sequential } from "@striate/striate";
 * const net = sequential([4]).dense(8, { kernelInitializer: initializers.heNormal() });
 * console.log(net.parameters); // 40
 * ```
 *
 * @module
 */
export {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  normal,
  orthogonal,
  truncatedNormal,
  zeros,
} from "./initializer.ts";
