import { assertEquals, assertMatch } from "@std/assert";
import { noteDecoder } from "../../lib/cli/decoder_note.ts";
import { decoderPackage } from "../../lib/vision/decode.ts";
import { inFolder } from "../folders.ts";

/** What is said where Deno keeps its packages in a folder. */
function saidIn(folder: string): string[] {
  const before = Deno.env.get("DENO_DIR"), lines: string[] = [];
  Deno.env.set("DENO_DIR", folder);
  try {
    noteDecoder((line) => lines.push(line));
  } finally {
    if (before === undefined) Deno.env.delete("DENO_DIR");
    else Deno.env.set("DENO_DIR", before);
  }
  return lines;
}

Deno.test("that images need packages from npm is said before they are downloaded, and not again", () =>
  inFolder(async (folder) => {
    const [line, ...others] = saidIn(`${folder}/none`);
    assertMatch(
      line!,
      /^Images are decoded by the package sharp@[\d.]+: Deno downloads it from npm/,
    );
    assertEquals(others, []);
    const [name, version] = decoderPackage.slice("npm:".length).split("@");
    await Deno.mkdir(`${folder}/npm/registry.example/${name}/0.0.1`, { recursive: true });
    assertEquals(saidIn(folder).length, 1, "another version");
    await Deno.mkdir(`${folder}/npm/registry.example/${name}/${version}`);
    assertEquals(saidIn(folder), []);
  }));
