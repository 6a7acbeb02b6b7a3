/** `deno run -A tests/notebooks/print_topics.ts`: each system of the course, and the cell that shows it. */
import { findTopics } from "./topics.ts";

const found = await findTopics();
for (const [i, { topic, notebook, cell }] of found.entries()) {
  const place = cell === undefined ? "not shown yet" : cell;
  console.log(`${String(i + 1).padStart(2)}  ${topic.padEnd(42)} → ${notebook}, ${place}`);
}
const shown = found.filter(({ cell }) => cell !== undefined).length;
console.log(`rows shown in an executed notebook: ${shown} of ${found.length}`);
