import { assertEquals, assertStringIncludes } from "@std/assert";
import { placeName, tiles } from "../../lib/cli/pages/page.ts";

Deno.test("pages: a title has no whole path, and a caption no line that begins with a unit", () => {
  const places = ["/home/ada/photos", "photos/", "digits", "/data/val-{000..049}.tar"];
  assertEquals(places.map(placeName), ["photos", "photos", "digits", "val-{000..049}.tar"]);
  const html = tiles([{ png: new Uint8Array(1), alt: "a", caption: "as an ant, 77.20 %" }]);
  assertStringIncludes(html, "77.20&nbsp;%");
});
