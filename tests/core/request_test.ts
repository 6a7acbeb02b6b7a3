import { assert, assertEquals, assertRejects } from "@std/assert";
import { BrokenConnection, request, type Wanted } from "../../lib/core/request.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { webDataset } from "../../lib/images/webdataset.ts";
import { openWeights } from "../../lib/weights/open.ts";
import { gzip, sample } from "../data/files.ts";
import { serve } from "../weights/server.ts";
import { type RawAnswer, serveRaw, withTimeout } from "./raw_server.ts";

const wanted = { what: "a file of songs", instead: "set SONGS to a folder that has it" };

Deno.test("request: the bytes as they are stored, from the start or from a byte on", async () => {
  const asked: (string | null)[][] = [];
  await using server = serve(({ headers }) => {
    asked.push([headers.get("accept-encoding"), headers.get("range")]);
    return new Response("la");
  });
  assertEquals(await (await request(server.address, { what: "songs" })).text(), "la");
  await (await request(server.address, { what: "songs", from: 7 })).body?.cancel();
  assertEquals(asked, [["identity", null], ["identity", "bytes=7-"]]);
});

Deno.test("request: where there is nothing from a byte on, the whole file is asked for", async () => {
  await using server = serve(({ headers }) =>
    headers.has("range") ? new Response(null, { status: 416 }) : new Response("la")
  );
  assertEquals(await (await request(server.address, { what: "songs", from: 7 })).text(), "la");
});

Deno.test("request: other answers say what was expected, and what to do", async () => {
  let status = 404;
  await using server = serve(() => new Response("no", { status }));
  const { address } = server;
  const fails = (type: new () => Error, advice: string, asked: typeof wanted | { what: string }) =>
    assertRejects(
      () => request(address, asked),
      type,
      `${address}: expected a file of songs, found HTTP ${status} ${advice}`,
    );
  await fails(Deno.errors.NotFound, `Not Found; there is no such file; ${wanted.instead}`, wanted);
  status = 403;
  await fails(Error, "Forbidden; the file is private: download it by hand, and set SONGS", wanted);
  await fails(Error, "Forbidden; the file is private: download it by hand, and pass its path", {
    what: wanted.what,
  });
  status = 500;
  await fails(Error, "Internal Server Error; try again later", wanted);
});

Deno.test("request: nobody there, and a signal that ends it", async () => {
  const nobody = "http://127.0.0.1:1/songs";
  const error = await assertRejects(
    () => request(nobody, wanted),
    Error,
    `${nobody}: cannot be reached (`,
  );
  assertEquals(
    error.message.endsWith("; check the network, or set SONGS to a folder that has it"),
    true,
  );
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => request(nobody, { ...wanted, signal }), Error, "enough");
});

const song = sample(300_000);

/** The bytes of an answer. */
const bytesOf = async (url: string, wanted: Partial<Wanted> = {}) =>
  await (await request(url, { what: "songs", ...wanted })).bytes();

Deno.test("request: a server that refuses every range is asked twice, and that only for a rest", async () => {
  await using server = serveRaw(({ head }) => head("416 Range Not Satisfiable"));
  const message = `${server.address}: expected songs, found HTTP 416`;
  await assertRejects(() => bytesOf(server.address), Error, message);
  assertEquals(server.requests(), 1);
  await assertRejects(() => bytesOf(server.address, { from: 7 }), Error, message);
  assertEquals(server.requests(), 3);
});

Deno.test("request: a server that is silent, before its answer or within the file", async () => {
  await using server = serveRaw(async ({ path, head, send, silence }) => {
    if (path === "/within") {
      await head("200 OK", { "content-length": song.length });
      await send(song.subarray(0, 1000));
    }
    await silence();
  });
  await withTimeout(0.1, async () => {
    const { address } = server;
    const message = "the server was silent for 0.1 s, which is the limit (STRIATE_TIMEOUT); " +
      "check the network, or try again later";
    await assertRejects(() => bytesOf(`${address}/before`), Error, `${address}/before: ${message}`);
    await assertRejects(() => bytesOf(`${address}/within`), Error, `${address}/within: ${message}`);
    const firstImage = async (shard: string) => {
      for await (const image of webDataset([shard]).images()) return image;
    };
    // Whatever is downloaded, it is so for all.
    for (const download of [loadModel, openWeights, firstImage]) {
      for (const place of ["before", "within"]) {
        await assertRejects(
          async () => await download(`${address}/${place}.tar`),
          Error,
          `${address}/${place}.tar: the server was silent`,
        );
      }
    }
  });
});

Deno.test("request: a slow server, and a reader that is slower, have all the time they take", async () => {
  await using server = serveRaw(async ({ head, send }) => {
    await head("200 OK");
    for (let at = 0; at < 6; at++) {
      await new Promise((go) => setTimeout(go, 20));
      await send(song.subarray(at * 10, at * 10 + 10));
    }
  });
  await withTimeout(0.1, async () => {
    assertEquals(await bytesOf(server.address), song.slice(0, 60));
    // A program that computes for longer than the limit has not seen what came meanwhile.
    const asked = bytesOf(server.address);
    await new Promise((go) => setTimeout(go, 30));
    for (const end = performance.now() + 200; performance.now() < end;);
    assertEquals((await asked).length, 60);
    const reader = (await request(server.address, { what: "songs" })).body!.getReader();
    let count = 0;
    for (let chunk; !(chunk = await reader.read()).done;) {
      count += chunk.value.length;
      await new Promise((go) => setTimeout(go, 120));
    }
    assertEquals(count, 60);
  });
});

Deno.test("request: a wrong limit of silence is said to be one", async () => {
  await using server = serve(() => new Response("la"));
  for (const wrong of ["soon", "0", "-1", "1e9"]) {
    Deno.env.set("STRIATE_TIMEOUT", wrong);
    try {
      await assertRejects(
        () => bytesOf(server.address),
        RangeError,
        `STRIATE_TIMEOUT: expected seconds, found "${wrong}"`,
      );
    } finally {
      Deno.env.delete("STRIATE_TIMEOUT");
    }
  }
});

Deno.test("request: no more bytes than may be, whatever the server states", async () => {
  let sent = 0;
  await using server = serveRaw(async ({ path, head, send }) => {
    await head("200 OK", path === "/stated" ? { "content-length": 2 ** 40 } : {});
    for (; path === "/endless"; sent++) await send(song);
  });
  const most = 1_000_000;
  const message = (path: string, most: number, found: string) =>
    `${server.address}${path}: expected songs of at most ${most} bytes, found ${found}`;
  await assertRejects(
    () => bytesOf(`${server.address}/stated`),
    RangeError,
    message("/stated", 2 ** 34, `${2 ** 40}`),
  );
  await assertRejects(
    () => bytesOf(`${server.address}/endless`, { most }),
    RangeError,
    message("/endless", most, "more"),
  );
  assert(sent < 1000, `${sent} pieces were sent`);
});

Deno.test("request: bytes without end that are no file of weights are left at the first ones", async () => {
  await using server = serveRaw(async ({ path, head, send }) => {
    await head("200 OK");
    if (path === "/endless") { for (;;) await send(song); }
    await send(song.subarray(0, 12));
  });
  for (const path of ["/endless", "/short"]) {
    const url = server.address + path;
    await assertRejects(() => openWeights(url), SyntaxError, `${url}: expected weights (`);
    await assertRejects(() => loadModel(url), SyntaxError, `${url}: another beginning`);
  }
});

Deno.test("request: packed files are unpacked, but those that are wanted as they are stored", async () => {
  const packed = gzip(song);
  await using server = serveRaw(async ({ path, head, send }) => {
    const encoding = path.slice(1);
    await head("200 OK", { "content-length": packed.length, "content-encoding": encoding });
    await send(packed);
  });
  const { address } = server;
  assertEquals(await bytesOf(`${address}/gzip`), song);
  assertEquals(await bytesOf(`${address}/GZIP`, { asStored: true }), packed);
  assertEquals(await bytesOf(`${address}/identity`), packed);
  await assertRejects(
    () => bytesOf(`${address}/gzip`, { most: 100_000 }),
    RangeError,
    "songs of at most 100000 bytes, found more",
  );
  await assertRejects(() => bytesOf(`${address}/br`), Error, `${address}/br: is damaged (`);
  await assertRejects(
    () => bytesOf(`${address}/secret`),
    Error,
    `${address}/secret: expected plain bytes, found the content encoding secret`,
  );
});

Deno.test("request: what is no whole file is not taken for one; every error names the address", async () => {
  const answers: Readonly<Record<string, (answer: RawAnswer) => Promise<void>>> = {
    "part": async ({ head, send }) => {
      const headers = { "content-length": 9, "content-range": "bytes 5-13/14" };
      await head("206 Partial Content", headers);
      await send(song.subarray(0, 9));
    },
    "nothing": ({ head }) => head("204 No Content"),
    "loop": ({ head, path }) => head("302 Found", { location: path, "content-length": 0 }),
    "away": ({ head }) => head("302 Found", { location: "file:///etc/hosts" }),
    "garbage": ({ send }) => send(Uint8Array.of(0, 1, 2, 3)),
    "short": async ({ head, send }) => {
      await head("200 OK", { "content-length": 100 });
      await send(song.subarray(0, 60));
    },
  };
  await using server = serveRaw((answer) => answers[answer.path.slice(1)]!(answer));
  const fails = async (name: string, message: string, type: new () => Error = Error) => {
    const url = `${server.address}/${name}`;
    const error = await assertRejects(() => bytesOf(url), type);
    assert(error.message.startsWith(`${url}: ${message}`), error.message);
  };
  await fails("part", "expected songs, found HTTP 206");
  await fails("nothing", "expected songs, found HTTP 204");
  await fails("loop", "cannot be reached (");
  await fails("away", "cannot be reached (");
  await fails("garbage", "cannot be reached (");
  await fails("short", "broke off (", BrokenConnection as new () => Error);
});
