import { assert, assertEquals } from "@std/assert";
import { nextCommands } from "../../lib/cli/training_report.ts";

Deno.test("what can come next is of what was run", () => {
  const next = (model: string | undefined, data: string) =>
    nextCommands({ ...model && { model }, data, output: "runs/my net" })
      .filter((line) => !line.startsWith("# "))
      .map((line) => line.replace(/^.*(?=(train|predict|evaluate) )/, ""));
  const look = "predict --weights 'runs/my net' 'runs/my net/samples'";
  assertEquals(next("lenet5", "digits"), [
    look,
    "train --data mnist",
    "train --model mlp --data digits",
    "train --help",
  ]);
  assertEquals(next("mlp", "mnist"), [
    look,
    "train --data fashion-mnist",
    "train --data mnist",
    "train --help",
  ]);
  assertEquals(next(undefined, "photos"), [
    look,
    "evaluate --weights 'runs/my net' --images DIR",
    "train --help",
  ]);
  // Each is below what it does.
  const lines = nextCommands({ model: "mlp", data: "shapes", output: "runs/x" });
  assert(lines.every((line, i) => line.startsWith("# ") === (i % 2 === 0)));
});
