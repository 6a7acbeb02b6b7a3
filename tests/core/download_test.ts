import { assert, assertEquals, assertRejects } from "@std/assert";
import { download, type DownloadProgress, type Expected } from "../../lib/core/download.ts";
import { ChecksumError } from "../../lib/core/errors.ts";
import { sample, sha256, withBreakingServer, withServer } from "../data/files.ts";
import { filesIn, inFolder, smallDiskTest } from "../folders.ts";
import { serveRaw, withTimeout } from "./raw_server.ts";

const file = sample(300_000);
const digest = { algorithm: "sha256", hex: sha256(file) } as const;
const expected: Expected = { bytes: file.length, digest };

/** Answers a Range request as a file server does. */
function ranged(request: Request): Response {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.get("range") ?? "")?.[1] ?? NaN);
  if (Number.isNaN(from)) return new Response(file);
  const headers = { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` };
  return new Response(file.subarray(from), { status: 206, headers });
}

Deno.test("download: a whole file, with progress, into a folder that is not there yet", () =>
  inFolder((folder) =>
    withServer(() => new Response(file), async (url) => {
      const path = `${folder}/deep/er/file.bin`, events: DownloadProgress[] = [];
      await download(url, path, expected, { onProgress: (event) => events.push(event) });
      assertEquals(Deno.readFileSync(path), file);
      assertEquals(filesIn(`${folder}/deep/er`), ["file.bin"]);
      assertEquals(events.at(-1), { file: "file.bin", received: 300_000, total: 300_000 });
    })
  ));

Deno.test("download: goes on by Range when the connection breaks", () =>
  inFolder(async (folder) => {
    const ranges: (string | undefined)[] = [];
    await withBreakingServer(file, 100_000, ranges, async (url) => {
      await download(url, `${folder}/file.bin`, expected);
      assertEquals(Deno.readFileSync(`${folder}/file.bin`), file);
      assertEquals(ranges, [undefined, "bytes=100000-", "bytes=200000-"]);
      assertEquals(filesIn(folder), ["file.bin"]);
    });
  }));

Deno.test("download: a later run goes on where an earlier one broke off", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file.bin`, ranges: (string | undefined)[] = [];
    await withBreakingServer(file, 10_000, ranges, async (url) => {
      const message = "after 50000 the connection ended; what came is kept: run again to go on";
      await assertRejects(() => download(url, path, expected), Error, message);
      assertEquals(filesIn(folder), ["file.bin.part"]);
    });
    const received: number[] = [];
    await withServer(ranged, async (url) => {
      await download(url, path, expected, { onProgress: (event) => received.push(event.received) });
    });
    assert(received[0]! > 50_000);
    assertEquals(Deno.readFileSync(path), file);
    assertEquals(filesIn(folder), ["file.bin"]);
  }));

Deno.test("download: a server without ranges, and one whose ranges are others", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file.bin`;
    Deno.writeFileSync(`${path}.part`, file.subarray(0, 1000));
    await withServer(() => new Response(file), (url) => download(url, path, expected));
    assertEquals(Deno.readFileSync(path), file);
    Deno.removeSync(path);
    Deno.writeFileSync(`${path}.part`, file.subarray(0, 1000));
    let count = 0;
    await withServer((request) => {
      if (count++ > 0) return ranged(request);
      return new Response(file, {
        status: 206,
        headers: { "content-range": "bytes 0-299999/300000" },
      });
    }, async (url) => {
      await assertRejects(() => download(url, path, expected), Error, "connection ended");
      await download(url, path, expected);
    });
    assertEquals(Deno.readFileSync(path), file);
  }));

Deno.test("download: a part that cannot be gone on with is fetched anew", () =>
  inFolder((folder) =>
    withServer(ranged, async (url) => {
      const path = `${folder}/file.bin`;
      for (const part of [sample(1000).fill(7), sample(400_000), sample(300_000).fill(1)]) {
        Deno.writeFileSync(`${path}.part`, part);
        await download(url, path, expected);
        assertEquals(Deno.readFileSync(path), file);
        Deno.removeSync(path);
      }
      Deno.writeFileSync(`${path}.part`, file); // whole, but never moved
      await download("http://127.0.0.1:1/", path, expected);
      assertEquals(Deno.readFileSync(path), file);
    })
  ));

Deno.test("download: a wrong checksum keeps nothing", () =>
  inFolder(async (folder) => {
    let requests = 0;
    const other = file.map((byte) => byte ^ 1);
    await withServer(() => (requests++, new Response(other)), async (url) => {
      const path = `${folder}/file.bin`;
      const error = await assertRejects(() => download(url, path, expected), ChecksumError, url);
      assert(error.message.includes(`expected SHA-256 ${digest.hex}, found ${sha256(other)}`));
      assertEquals(filesIn(folder), []);
      assertEquals(requests, 1);
    });
  }));

Deno.test("download: an oversized file is refused, stated or not, and a truncated one", () =>
  inFolder(async (folder) => {
    const large = sample(400_000), path = `${folder}/file.bin`;
    await withServer(() => new Response(large), async (url) => {
      await assertRejects(
        () => download(url, path, expected),
        ChecksumError,
        "400000 bytes instead",
      );
    });
    const stream = () => new Response(new Blob([large]).stream());
    await withServer(stream, async (url) => {
      await assertRejects(
        () => download(url, path, expected),
        ChecksumError,
        "more than the 300000",
      );
    });
    assertEquals(filesIn(folder), []);
    const short = () => new Response(new Blob([file.subarray(0, 1000)]).stream());
    await withServer((request) => {
      return request.headers.has("range") ? new Response(null, { status: 416 }) : short();
    }, async (url) => {
      await assertRejects(
        () => download(url, path, expected),
        Error,
        `expected 300000 bytes from ${url}, but after 1000 the connection ended`,
      );
    });
    assertEquals(filesIn(folder), ["file.bin.part"]);
  }));

Deno.test("download: a page in place of the file is said to be one, and what came before is kept", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file.bin`;
    Deno.writeFileSync(`${path}.part`, file.subarray(0, 1000));
    await withServer(() => new Response("<html>log in</html>"), async (url) => {
      await assertRejects(
        () => download(url, path, expected),
        ChecksumError,
        "found 19 bytes instead of 300000; the file is damaged or is another one",
      );
    });
    assertEquals(Deno.readFileSync(`${path}.part`), file.subarray(0, 1000));
  }));

Deno.test("download: 404, other statuses, an unreachable host", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file.bin`;
    Deno.writeFileSync(`${path}.part`, file.subarray(0, 1000));
    let status = 404;
    await withServer(() => new Response("sorry", { status }), async (url) => {
      await assertRejects(() => download(url, path, expected), Deno.errors.NotFound, "HTTP 404");
      status = 503;
      await assertRejects(() => download(url, path, expected), Error, "found HTTP 503");
      status = 403;
      await assertRejects(
        () => download(url, path, expected),
        Error,
        "403 Forbidden; the file is private",
      );
    });
    const nobody = "http://127.0.0.1:1/file.bin";
    await assertRejects(
      () => download(nobody, path, expected),
      Error,
      `; check the network, or put the file at ${path}, or set STRIATE_MIRROR`,
    );
    assertEquals(Deno.readFileSync(`${path}.part`), file.subarray(0, 1000));
  }));

Deno.test("download: a signal breaks it off, and what came is kept", () =>
  inFolder(async (folder) => {
    const abort = new AbortController(), path = `${folder}/file.bin`;
    let open: ReadableStreamDefaultController<Uint8Array> | undefined;
    const endless = new ReadableStream<Uint8Array>({
      start(controller) {
        open = controller;
        controller.enqueue(file.subarray(0, 5000));
      },
    });
    await withServer(() => new Response(endless), async (url) => {
      const onProgress = () => abort.abort(new Error("enough"));
      await assertRejects(
        () => download(url, path, expected, { signal: abort.signal, onProgress }),
        Error,
        "enough",
      );
      try {
        open!.close();
      } catch { /* the server has already given it up */ }
    });
    assertEquals(Deno.readFileSync(`${path}.part`), file.subarray(0, 5000));
  }));

Deno.test("download: two at once share the work", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file.bin`;
    let requests = 0;
    await withServer((request) => (requests++, ranged(request)), async (url) => {
      await Promise.all([download(url, path, expected), download(url, path, expected)]);
    });
    assertEquals(Deno.readFileSync(path), file);
    assertEquals(requests, 1);
    assertEquals(filesIn(folder), ["file.bin"]);
  }));

Deno.test("download: a folder that cannot be written", () =>
  inFolder((folder) =>
    withServer(ranged, async (url) => {
      Deno.writeTextFileSync(`${folder}/plain`, "a file, not a folder");
      await assertRejects(
        () => download(url, `${folder}/plain/file.bin`, expected),
        Deno.errors.PermissionDenied,
        "set STRIATE_CACHE to another folder",
      );
      assertEquals(Deno.readTextFileSync(`${folder}/plain`), "a file, not a folder");
    })
  ));

Deno.test({
  name: "download: without the permission to write",
  permissions: { net: true, read: true, write: false },
  async fn() {
    await withServer(ranged, async (url) => {
      await assertRejects(
        () => download(url, "somewhere/file.bin", expected),
        Deno.errors.PermissionDenied,
        "cannot write somewhere/file.bin: the program lacks a permission (Requires write access to",
      );
    });
  },
});

smallDiskTest("download: no space left on the disk", (folder) =>
  withServer(ranged, async (url) => {
    await assertRejects(
      () => download(url, `${folder}/file.bin`, expected),
      Error,
      "file.bin.part: there is no space left on the disk; free some, or set STRIATE_CACHE",
    );
    assertEquals(filesIn(folder), ["file.bin.part"]);
  }));

Deno.test("download: of a file whose length was not published, and whose digest in part", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file.bin`, ranges: (string | undefined)[] = [];
    const first = { digest: { ...digest, hex: digest.hex.slice(0, 8) } };
    await withBreakingServer(file, 100_000, ranges, (url) => download(url, path, first));
    assertEquals(Deno.readFileSync(path), file);
    assertEquals(ranges, [undefined, "bytes=100000-", "bytes=200000-"]);
    // It is there, and so is a part that is whole but was never moved.
    await download("http://127.0.0.1:1/", path, first);
    Deno.renameSync(path, `${path}.part`);
    await download("http://127.0.0.1:1/", path, first);
    Deno.removeSync(path);
    // Where the server does not say how long it is, it ends with the connection.
    const stream = () => new Response(new Blob([file]).stream());
    await withServer(stream, (url) => download(url, path, first));
    assertEquals(Deno.readFileSync(path), file);
    const other = { digest: { algorithm: "sha1", hex: "0123" } } as const;
    await withServer(stream, async (url) => {
      await assertRejects(
        () => download(url, `${folder}/other.bin`, other),
        ChecksumError,
        "expected SHA-1 0123, found ",
      );
    });
    assertEquals(filesIn(folder), ["file.bin"]);
  }));

Deno.test("download: a server that falls silent is left, and what came is kept", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file.bin`;
    let isWell = false;
    await using server = serveRaw(async ({ from = 0, head, send, silence }) => {
      const range = `bytes ${from}-${file.length - 1}/${file.length}`;
      await head("206 Partial Content", { "content-range": range });
      await send(file.subarray(from, isWell ? file.length : from + 700));
      if (!isWell) await silence();
    });
    Deno.writeFileSync(`${path}.part`, file.subarray(0, 1000));
    await withTimeout(0.1, async () => {
      await assertRejects(
        () => download(server.address, path, expected),
        Error,
        `${server.address}: the server was silent for 0.1 s`,
      );
    });
    assertEquals(Deno.readFileSync(`${path}.part`), file.subarray(0, 1700));
    isWell = true;
    await download(server.address, path, expected);
    assertEquals(Deno.readFileSync(path), file);
  }));

Deno.test("download: a server that has no range of the rest is asked for all of it, once", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file.bin`;
    await using server = serveRaw(({ head }) => head("416 Range Not Satisfiable"));
    const fails = () =>
      assertRejects(() => download(server.address, path, expected), Error, "found HTTP 416");
    await fails();
    assertEquals(server.requests(), 1);
    Deno.writeFileSync(`${path}.part`, file.subarray(0, 1000));
    await fails();
    assertEquals(server.requests(), 3);
  }));

Deno.test("download: a part that another process holds is waited for while it changes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file.bin`;
    const holder = new Deno.Command(Deno.execPath(), {
      args: [
        ...["eval", "--no-check"],
        `const file = await Deno.open("${path}.part", { write: true, create: true });
        await file.lock(true);
        console.log("locked");
        await new Promise(() => setInterval(() => {}, 1000));`,
      ],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    const signal = AbortSignal.timeout(150);
    await withTimeout(0.1, () =>
      withServer(ranged, async (url) => {
        await assertRejects(
          () => download(url, path, expected),
          Error,
          `${path}.part: another process is downloading this, and has received nothing for 0.2 s`,
        );
      }));
    await assertRejects(
      () => download("http://127.0.0.1:1/", path, expected, { signal }),
      DOMException,
    );
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    await withServer(ranged, (url) => download(url, path, expected));
    assertEquals(filesIn(folder), ["file.bin"]);
  }));
