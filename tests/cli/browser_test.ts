import { assertEquals } from "@std/assert";
import { type Desktop, openInBrowser } from "../../lib/cli/browser.ts";

const address = "http://127.0.0.1:1234/?token=a";

Deno.test("a page is opened by what the system has, where somebody sits before a desktop", () => {
  const opened = (desktop: Partial<Desktop>) => {
    const started: string[][] = [];
    const start: Desktop["start"] = (program, argument) => void started.push([program, argument]);
    const isOpen = openInBrowser(address, { os: "linux", isThere: true, start, ...desktop });
    return [isOpen, ...started];
  };
  assertEquals(opened({}), [true, ["/usr/bin/xdg-open", address]]);
  assertEquals(opened({ os: "darwin" }), [true, ["/usr/bin/open", address]]);
  assertEquals(opened({ os: "windows" }), [true, ["C:/Windows/explorer.exe", address]]);
  assertEquals(opened({ os: "freebsd" }), [false]);
  assertEquals(opened({ isThere: false }), [false]);
  const start = () => {
    throw new Deno.errors.NotFound("xdg-open");
  };
  assertEquals(opened({ start }), [false]);
});
