import { assertEquals } from "@std/assert";
import { Interrupt, stopSignals } from "../../lib/cli/interrupt.ts";

/** An interrupt, and what it did. */
function listening() {
  const heard: (string | number)[] = [];
  const interrupt = new Interrupt(() => heard.push("note"), (code) => heard.push(code));
  return { heard, interrupt, [Symbol.dispose]: () => interrupt[Symbol.dispose]() };
}

Deno.test("one press may come as two signals, from the terminal and from deno task; a second press ends", () => {
  using listener = listening();
  const { heard, interrupt } = listener;
  interrupt.hear("SIGINT", 1000);
  interrupt.hear("SIGINT", 1003);
  assertEquals([heard, interrupt.signal.aborted], [["note"], true]);
  interrupt.hear("SIGINT", 2500);
  assertEquals(heard, ["note", 130]);
  interrupt.hear("SIGINT", -1e9); // the clock was set
  assertEquals(heard, ["note", 130, 130]);
});

Deno.test("an end from elsewhere may be asked for several times; Ctrl-C then ends at once", () => {
  for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129], ["SIGBREAK", 149]] as const) {
    using listener = listening();
    const { heard, interrupt } = listener;
    for (const time of [0, 900, 2000]) interrupt.hear(signal, time);
    assertEquals([heard, interrupt.code, interrupt.signal.aborted], [["note"], code, true]);
    interrupt.hear("SIGINT", 2100);
    assertEquals(heard, ["note", code]);
  }
});

Deno.test("only signals that a system has are listened to", () => {
  assertEquals(stopSignals("windows"), ["SIGINT", "SIGBREAK"]);
  assertEquals(stopSignals("linux"), ["SIGINT", "SIGTERM", "SIGHUP"]);
});
