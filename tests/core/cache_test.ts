import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { cacheFolder, mirrorOf, type PublishedFile, readPublished } from "../../lib/core/cache.ts";
import { ChecksumError } from "../../lib/core/errors.ts";
import { sample, sha256, withServer } from "../data/files.ts";
import { filesIn, inFolder } from "../folders.ts";

const content = sample(5000);

/** A published file whose origin is `url`. */
const published = (url: string): PublishedFile => ({
  folder: "set",
  file: "images.gz",
  url,
  bytes: content.length,
  digest: { algorithm: "sha256", hex: sha256(content) },
});
const nowhere = "http://127.0.0.1:1/images.gz";

/** Runs `body` with environment variables set (undefined: unset), and puts the old ones back. */
function withEnvironment(values: Record<string, string | undefined>, body: () => void): void {
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  const old = Object.keys(values).map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const [name, value] of Object.entries(values)) set(name, value);
    body();
  } finally {
    for (const [name, value] of old) set(name, value);
  }
}

Deno.test("cacheFolder: STRIATE_CACHE, else the platform's", () => {
  withEnvironment({ STRIATE_CACHE: "/elsewhere" }, () => assertEquals(cacheFolder(), "/elsewhere"));
  if (Deno.build.os !== "linux") return;
  withEnvironment({ STRIATE_CACHE: undefined, XDG_CACHE_HOME: "/xdg" }, () => {
    assertEquals(cacheFolder(), "/xdg/striate");
  });
  withEnvironment({ STRIATE_CACHE: "", XDG_CACHE_HOME: "", HOME: "/home/ada" }, () => {
    assertEquals(cacheFolder(), "/home/ada/.cache/striate");
  });
  const none = { STRIATE_CACHE: "", XDG_CACHE_HOME: "", HOME: "", USERPROFILE: "" };
  withEnvironment(none, () => {
    assertThrows(() => cacheFolder(), Error, "set STRIATE_CACHE to a folder");
  });
});

Deno.test("mirrorOf: a folder, a file URL, a URL, or neither", () => {
  assertEquals(mirrorOf({ mirror: "/data" }), { folder: "/data" });
  assertEquals(mirrorOf({ mirror: "http://host/data" }), { url: "http://host/data/" });
  assertEquals(mirrorOf({ mirror: "https://host/data//" }), { url: "https://host/data/" });
  if (Deno.build.os === "linux") {
    assertEquals(mirrorOf({ mirror: "file:///data/x" }), { folder: "/data/x" });
  }
  assertThrows(
    () => mirrorOf({ mirror: "ftp://host/data" }),
    TypeError,
    "a folder or an http(s) URL",
  );
  withEnvironment({ STRIATE_MIRROR: "" }, () => assertEquals(mirrorOf({}), {}));
  withEnvironment({ STRIATE_MIRROR: "rel" }, () => assertEquals(mirrorOf({}), { folder: "rel" }));
});

Deno.test("readPublished: downloads once, then reads the cache", () =>
  inFolder(async (cache) => {
    const paths: string[] = [];
    await withServer((request) => {
      paths.push(new URL(request.url).pathname);
      return new Response(content);
    }, async (url) => {
      const file = published(nowhere), options = { cache, mirror: `${url}mirrored` };
      assertEquals(await readPublished(file, options), content);
      assertEquals(await readPublished(file, options), content);
    });
    assertEquals(paths, ["/mirrored/set/images.gz"]);
    assertEquals(filesIn(`${cache}/set`), ["images.gz"]);
    // Without a network, and whatever mirror is set: the cache has it.
    assertEquals(
      await readPublished(published(nowhere), { cache, mirror: cache + "/no" }),
      content,
    );
  }));

Deno.test("readPublished: a damaged file in the cache is fetched again, and kept until then", () =>
  inFolder(async (cache) => {
    Deno.mkdirSync(`${cache}/set`);
    const path = `${cache}/set/images.gz`, mirror = "http://127.0.0.1:1/";
    for (const damaged of [content.slice(0, 100), content.map((byte) => byte ^ 1)]) {
      Deno.writeFileSync(path, damaged);
      await assertRejects(
        () => readPublished(published(nowhere), { cache, mirror }),
        Error,
        "cannot be reached",
      );
      assertEquals(Deno.readFileSync(path), damaged);
      await withServer(() => new Response(content), async (url) => {
        assertEquals(await readPublished(published(nowhere), { cache, mirror: url }), content);
      });
      assertEquals(Deno.readFileSync(path), content);
    }
  }));

Deno.test("readPublished: a folder as mirror is read in place, and checked", () =>
  inFolder(async (folder) => {
    const mirror = `${folder}/mirror`, cache = `${folder}/cache`, path = `${mirror}/set/images.gz`;
    const read = () => readPublished(published(nowhere), { cache, mirror });
    const missing = await assertRejects(read, Deno.errors.NotFound, "set/images.gz is missing");
    assertStringIncludes(missing.message, `${mirror}, which is not there,`);
    assertStringIncludes(missing.message, nowhere);
    Deno.mkdirSync(`${mirror}/set`, { recursive: true });
    Deno.writeFileSync(path, content);
    assertEquals(await read(), content);
    Deno.writeFileSync(path, content.slice(0, 4999));
    await assertRejects(read, ChecksumError, "found 4999 bytes instead of 5000");
    Deno.writeFileSync(path, content.map((byte) => byte ^ 1));
    await assertRejects(read, ChecksumError, `${path}: expected SHA-256 ${sha256(content)}`);
    assertEquals(filesIn(cache), []);
  }));
