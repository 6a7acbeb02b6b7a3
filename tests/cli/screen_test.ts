import { assertEquals, assertThrows } from "@std/assert";
import { screen } from "../../lib/cli/screen.ts";

/** A stream that keeps what is written, a few bytes at a time. */
function kept(terminal: boolean) {
  const bytes: number[] = [];
  return {
    isTerminal: () => terminal,
    writeSync(part: Uint8Array) {
      bytes.push(...part.subarray(0, 3));
      return Math.min(3, part.length);
    },
    text: () => new TextDecoder().decode(new Uint8Array(bytes)),
  };
}

Deno.test("a passing line is cut before it wraps, as one that wraps cannot be taken back", () => {
  const stream = kept(true), { line, passing } = screen(stream, { columns: () => 8, now: () => 0 });
  passing("7/9 images  0:03 left");
  passing("short");
  line("a line that stays is whole");
  assertEquals(
    stream.text(),
    "\r\x1b[K7/9 ima\r\x1b[Kshort\r\x1b[Ka line that stays is whole\n",
  );
});

Deno.test("of a passing line that is too long whole parts are left out", () => {
  const told = (width: number) => {
    const stream = kept(true);
    screen(stream, { columns: () => width + 1, now: () => 0 }).passing(
      "7/9  3 images/s  0:01 left",
    );
    return stream.text().slice("\r\x1b[K".length);
  };
  assertEquals([26, 25, 24, 23, 14].map(told), [
    "7/9  3 images/s  0:01 left",
    "7/9 3 images/s 0:01 left",
    "7/9 3 images/s 0:01 left",
    "7/9 3 images/s",
    "7/9 3 images/s",
  ]);
});

Deno.test("where there is no terminal, lines are plain, and of those that pass one a minute is shown", () => {
  let seconds = 0;
  const stream = kept(false);
  const { line, passing } = screen(stream, { columns: () => 8, now: () => 1000 * seconds });
  for (; seconds <= 200; seconds += 10) {
    if (seconds === 90) line("corrupt: a.jpg");
    passing(`${seconds} of 200 images`);
    passing("");
  }
  assertEquals(stream.text(), "60 of 200 images\ncorrupt: a.jpg\n150 of 200 images\n");
});

Deno.test("a clock that is set back does not hide what passes", () => {
  const { now } = performance;
  let time = 0;
  performance.now = () => time;
  try {
    const stream = kept(false), { passing } = screen(stream);
    const at = (seconds: number) => {
      time = 1000 * seconds;
      passing(`${seconds}`);
    };
    for (const seconds of [50, 61, 80, -1e6, -1e6 + 30, -1e6 + 59]) at(seconds);
    assertEquals(stream.text(), "61\n-999941\n");
  } finally {
    performance.now = now;
  }
});

Deno.test("a terminal that was closed is no error; another is", () => {
  const failing = (code: string) => ({
    isTerminal: () => true,
    writeSync: () => {
      throw Object.assign(new Error("cannot write"), { code });
    },
  });
  screen(failing("EIO")).line("nobody sees this");
  assertThrows(() => screen(failing("EPIPE")).line("nor this"), Error, "cannot write");
});
