/**
 * The devices that the library has: a line for each.
 *
 * @module
 */
export { cpu } from "./cpu/entry.ts";
export { webgpu } from "./webgpu/entry.ts";
