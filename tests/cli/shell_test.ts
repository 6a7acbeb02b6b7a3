import { assertEquals } from "@std/assert";
import { asTyped, commandStart, quoted, quotedPath } from "../../lib/cli/shell.ts";

const odd = [
  "my runs/a",
  "it's",
  '"quoted"',
  "$HOME `id` $(id)",
  "a;b&c|d",
  "*?[x]",
  "~",
  "a\nb",
  "",
];

Deno.test("quoted: a POSIX shell reads each text as one word, as it is", async () => {
  if (Deno.build.os === "windows") return;
  const words = [...odd, "plain/path-1.x", "a\\b", "\\", "50%", "ø"];
  const script = `printf '%s\\0' ${words.map((word) => quoted(word)).join(" ")}`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
});

Deno.test("quoted: what needs no quotes has none; on Windows they are double", () => {
  assertEquals(quoted("runs/lenet5-digits", "linux"), "runs/lenet5-digits");
  assertEquals(quoted("a b", "linux"), "'a b'");
  assertEquals(quoted("C:\\runs\\a", "windows"), "C:\\runs\\a");
  assertEquals(quoted("C:\\my runs\\a", "windows"), '"C:\\my runs\\a"');
  assertEquals(quoted("C:\\my runs\\", "windows"), '"C:\\my runs\\\\"');
  assertEquals(quoted("it's 5%", "windows"), '"it\'s 5%"');
});

Deno.test("quotedPath: a path that begins with a dash is no option", () => {
  assertEquals(quotedPath("-x", "linux"), "./-x");
  assertEquals(quotedPath("--out dir", "linux"), "'./--out dir'");
});

Deno.test("commandStart: as this program was started", () => {
  const started = {
    os: "linux",
    project: "/my code/striate",
    folder: "/my code/striate",
    called: "/my code/striate/lib",
    fetched: undefined,
  } as const;
  const start = (other: object) => commandStart("train", { ...started, ...other });
  assertEquals(start({}), "deno task train");
  assertEquals(start({ called: undefined }), "deno task train");
  assertEquals(start({ fetched: "2.9.6" }), "npx -y deno@2.9.6 task train");
  const outside = "deno task --config '/my code/striate/deno.json' train";
  assertEquals(start({ called: "/my code" }), outside);
  assertEquals(start({ called: "/my code/striate2" }), outside);
  // Commands go to where they were called.
  const within = "/my code/striate/lib";
  assertEquals(start({ folder: within, called: within }), "deno task train");
  assertEquals(start({ folder: "/my code", called: "/my code" }), outside);
  assertEquals(
    start({ folder: "/home/ada" }),
    "deno run --allow-all '/my code/striate/lib/cli/train.ts'",
  );
});

Deno.test("asTyped: commands in a text, by npx where it fetched Deno", () => {
  const text =
    "deno task train, deno jupyter --install, npx -y deno@2.9.6 task test, deno tasks? Deno";
  assertEquals(asTyped(text, { fetched: undefined }), text);
  assertEquals(
    asTyped("see deno task train --help\n  deno run -A x.ts; deno doc", { fetched: "2.9.6" }),
    "see npx -y deno@2.9.6 task train --help\n  npx -y deno@2.9.6 run -A x.ts; deno doc",
  );
});
