import { assertEquals } from "@std/assert";
import { Interrupt } from "../../lib/cli/interrupt.ts";

Deno.test("one press may come as two signals, from the terminal and from deno task; a second press ends", () => {
  const heard: string[] = [];
  using interrupt = new Interrupt(() => heard.push("note"), () => heard.push("exit"));
  interrupt.press(1000);
  interrupt.press(1003);
  assertEquals([heard, interrupt.signal.aborted], [["note"], true]);
  interrupt.press(2500);
  assertEquals(heard, ["note", "exit"]);
});
