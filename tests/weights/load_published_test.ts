import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChecksumError } from "../../lib/core/errors.ts";
import { sha256Of } from "../../lib/core/download.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { fetchPublished } from "../../lib/core/cache.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { PublishedWeights } from "../../lib/zoo/published.ts";
import { expected, fixture, numbers } from "./files.ts";
import { inFolder } from "../folders.ts";
import { serve } from "./server.ts";

const content = fixture("pth_net.pth");
const digits = sha256Of(content).slice(0, 8);
const file = `net-${digits}.pth`;

/** Weights published at an address. */
const at = (address: string) =>
  new PublishedWeights({ model: "net", source: "test", url: `${address}/${file}` });

/** Options that look at no mirror which may be set. */
const here = (cache: string, mirror: string) => ({ cache, mirror });

Deno.test("fetchPublished: downloads once, checks the digits that are known, and keeps", async () => {
  let requests = 0;
  await using server = serve(() => (requests++, new Response(content)));
  await inFolder(async (cache) => {
    const events: number[] = [];
    const options = {
      ...here(cache, server.address),
      onProgress: ({ received }: { received: number }) => events.push(received),
    };
    const path = await fetchPublished(at("http://origin.invalid"), options);
    assertEquals(path, `${cache}/weights/${file}`);
    assertEquals(await Deno.readFile(path), content);
    assertEquals(events.at(-1), content.length);
    assertEquals(await fetchPublished(at("http://origin.invalid"), options), path);
    assertEquals(requests, 1);
    assertEquals([...Deno.readDirSync(`${cache}/weights`)].map(({ name }) => name), [file]);
    // What was damaged in the cache is fetched again.
    await Deno.writeFile(path, content.subarray(1));
    await fetchPublished(at("http://origin.invalid"), options);
    assertEquals([await Deno.readFile(path), requests], [content, 2]);
  });
});

Deno.test("fetchPublished: two at once share the work", async () => {
  let requests = 0;
  await using server = serve(() => (requests++, new Response(content)));
  await inFolder(async (cache) => {
    const options = here(cache, server.address);
    const paths = await Promise.all([1, 2].map(() => fetchPublished(at(""), options)));
    assertEquals(paths, new Array(2).fill(`${cache}/weights/${file}`));
    assertEquals([await Deno.readFile(paths[0]!), requests], [content, 1]);
    assertEquals([...Deno.readDirSync(`${cache}/weights`)].map(({ name }) => name), [file]);
  });
});

Deno.test("fetchPublished: other bytes than published are not kept", async () => {
  await using server = serve(() => new Response(content.slice(1)));
  await inFolder(async (cache) => {
    await assertRejects(
      () => fetchPublished(at(""), here(cache, server.address)),
      ChecksumError,
      `expected SHA-256 ${digits}`,
    );
    assertEquals([...Deno.readDirSync(`${cache}/weights`)], []);
  });
});

Deno.test("fetchPublished: a mirror that is a folder is read in place", async () => {
  await inFolder(async (mirror) => {
    const none = await assertRejects(
      () => fetchPublished(at("https://origin.invalid"), here(`${mirror}/cache`, mirror)),
      Deno.errors.NotFound,
      `weights/${file} is missing`,
    );
    assert(none.message.includes(`unset STRIATE_MIRROR to download it from https://origin`));
    await Deno.mkdir(`${mirror}/weights`);
    await Deno.writeFile(`${mirror}/weights/${file}`, content);
    const options = here(`${mirror}/cache`, mirror);
    assertEquals(await fetchPublished(at(""), options), `${mirror}/weights/${file}`);
    await Deno.writeFile(`${mirror}/weights/${file}`, content.subarray(1));
    await assertRejects(() => fetchPublished(at(""), options), ChecksumError);
  });
});

Deno.test("fetchPublished: a private, missing or unreachable file says so", async () => {
  let status = 403;
  const server = serve(() => new Response("no", { status }));
  await inFolder(async (cache) => {
    const attempt = () => fetchPublished(at(""), here(cache, server.address));
    await assertRejects(attempt, Error, "found HTTP 403 Forbidden; the file is private");
    status = 404;
    await assertRejects(
      attempt,
      Deno.errors.NotFound,
      "found HTTP 404 Not Found; there is no such file",
    );
    await server[Symbol.asyncDispose]();
    await assertRejects(attempt, Error, `${file}: cannot be reached`);
  });
});

Deno.test("loadWeights: what published weights have too much is left out, whatever else is", async () => {
  await using server = serve(() => new Response(content));
  await inFolder(async (cache) => {
    const net = sequential([5, 5, 3]).conv2d(4, 3, { name: "conv" });
    const url = `${server.address}/${file}`;
    const weights = new PublishedWeights({ model: "net", source: "", url, ignore: /^(bn|up)/ });
    const options = { ...here(cache, server.address), ignore: /^(grouped|bn1d|fc)/ };
    assertEquals((await loadWeights(net, weights, options)).matched.length, 2);
  });
});

Deno.test("loadWeights: published weights, fetched and loaded", async () => {
  await using server = serve(() => new Response(content));
  await inFolder(async (cache) => {
    const net = sequential([5, 5, 3]).conv2d(4, 3, { name: "conv" });
    const { matched } = await loadWeights(net, at(""), {
      ...here(cache, server.address),
      ignore: /^(bn|up|grouped|bn1d|fc)/,
    });
    assertEquals(matched.length, 2);
    assertEquals([...await net.weight("conv.bias").read()], [
      ...numbers(expected.net["conv.bias"]!),
    ]);
  });
});
