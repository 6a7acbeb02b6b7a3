/**
 * Makes itself at home in a notebook: progress as displays there, and a stop button that stops.
 * Imported for its effect, of which there is none outside a kernel.
 *
 * @module
 */
import { setHost } from "../train/host.ts";
import { beginStoppable, installGuards } from "./guards.ts";
import { kernel } from "./jupyter.ts";
import { NotebookProgress } from "./progress.ts";

if (kernel() !== undefined) {
  installGuards();
  setHost({ showsProgress: true, progress: () => new NotebookProgress(), begin: beginStoppable });
}
