/** Whom the dashboard's server answers, and what it lets be reached. */
import { assert, assertEquals } from "@std/assert";
import { serveDashboard } from "../../lib/dashboard/server.ts";
import { inFolder } from "../folders.ts";
import { epochLine, writeRun } from "./runs.ts";

/** A request by hand, in which all headers can be set; the status and what follows. */
async function ask(port: number, lines: readonly string[], body = ""): Promise<[number, string]> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = [...lines, "connection: close", `content-length: ${body.length}`, "", body];
  await connection.write(new TextEncoder().encode(head.join("\r\n")));
  const text = await new Response(connection.readable).text();
  return [Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), text];
}

async function withServer(
  body: (server: { port: number; token: string; cookie: string; root: string }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const root = `${folder}/runs`;
    writeRun(root, "run", { lines: [epochLine(1, 5, 0.5)], mistakes: [["a", "b"]] });
    await using dashboard = serveDashboard(root, 0);
    const { port, searchParams } = new URL(dashboard.address), token = searchParams.get("token")!;
    await body({ port: Number(port), token, cookie: `cookie: striate-${port}=${token}`, root });
  });
}

Deno.test("dashboard: only a browser that has opened the address with the token is answered", () =>
  withServer(async ({ port, token, cookie }) => {
    const host = `host: 127.0.0.1:${port}`,
      page = "GET / HTTP/1.1",
      data = "GET /api/overview HTTP/1.1";
    const opened = await ask(port, [`GET /?token=${token} HTTP/1.1`, host]);
    assertEquals(opened[0], 200);
    assert(opened[1].includes("HttpOnly; SameSite=Strict"), opened[1]);
    assert(/content-security-policy: default-src 'none'; script-src 'self';/.test(opened[1]));
    assertEquals((await ask(port, [page, host, cookie]))[0], 200);
    assertEquals((await ask(port, [data, host, cookie]))[0], 200);
    const refused: readonly (readonly [number, readonly string[]])[] = [
      [403, [page, host]],
      [403, ["GET /?token=wrong HTTP/1.1", host]],
      [403, [data, host]],
      [403, [data, host, `cookie: striate-${port}=${token.replace(/./, "x")}`]],
      [421, [data, "host: evil.example", cookie]],
      [421, [data, `host: evil.example:${port}`, cookie]],
      [403, [data, host, cookie, "origin: http://evil.example"]],
      [403, [data, host, cookie, "origin: null"]],
      [403, [data, host, cookie, `origin: http://127.0.0.1:${port + 1}`]],
      [403, [data, host, cookie, "sec-fetch-site: cross-site"]],
      [403, [data, host, cookie, "sec-fetch-site: same-site"]],
    ];
    for (const [status, lines] of refused) {
      assertEquals([(await ask(port, lines))[0], lines], [status, lines]);
    }
  }));

Deno.test("dashboard: what changes something wants the token once more, and the page's origin", () =>
  withServer(async ({ port, token, cookie, root }) => {
    const host = `host: 127.0.0.1:${port}`, origin = `origin: http://127.0.0.1:${port}`;
    const own = `x-striate-token: ${token}`, tags = "POST /api/tags?run=run HTTP/1.1";
    const post = async (lines: readonly string[], body = '["x"]') =>
      (await ask(port, lines, body))[0];
    assertEquals((await ask(port, ["GET /api/overview HTTP/1.1", host, cookie]))[0], 200);
    assertEquals(await post([tags, host, cookie]), 403);
    assertEquals(await post([tags, host, cookie, origin]), 403);
    assertEquals(await post([tags, host, cookie, own]), 403);
    assertEquals(await post([tags, host, origin, own]), 403);
    assertEquals(await post([tags, host, cookie, origin, own], '{"tags":1}'), 400);
    assertEquals(await post([tags, host, cookie, origin, own], `["${"x".repeat(10_000)}"]`), 413);
    assertEquals(
      [...Deno.readDirSync(`${root}/run`)].some(({ name }) => name === "tags.json"),
      false,
    );
    assertEquals(await post([tags, host, cookie, origin, own]), 200);
    assertEquals(Deno.readTextFileSync(`${root}/run/tags.json`), '{"tags":["x"]}\n');
    const stop = "POST /api/stop?run=run HTTP/1.1";
    assertEquals(await post([stop, host, cookie, origin, own]), 409);
    assertEquals(await post([stop.replace("run=run", "run=.."), host, cookie, origin, own]), 404);
    assertEquals(await post(["PUT /api/tags?run=run HTTP/1.1", host, cookie, origin, own]), 405);
  }));

Deno.test("dashboard: no name leads out of the folder", () =>
  withServer(async ({ port, cookie, root }) => {
    const host = `host: 127.0.0.1:${port}`;
    Deno.writeTextFileSync(`${root}/../secret.png`, "secret");
    writeRun(`${root}/..`, "outside", { lines: [epochLine(1, 5, 0.5)] });
    Deno.symlinkSync(`${root}/../outside`, `${root}/linked`);
    Deno.symlinkSync(`${root}/../secret.png`, `${root}/run/mistakes/02.png`);
    const get = async (path: string) =>
      (await ask(port, [`GET ${path} HTTP/1.1`, host, cookie]))[0];
    assertEquals(await get("/api/overview"), 200);
    assertEquals(await get("/api/series?run=run"), 200);
    assertEquals(await get("/api/picture.png?run=run&file=01.png"), 200);
    const out = [
      "..",
      "../outside",
      "run/../../outside",
      "linked",
      "/etc",
      "run%2f..%2f..%2foutside",
    ];
    for (const run of out) assertEquals([await get(`/api/series?run=${run}`), run], [404, run]);
    for (const file of ["02.png", "../run.json", "..%2frun.json", "/etc/passwd", "01.png%00"]) {
      assertEquals([await get(`/api/picture.png?run=run&file=${file}`), file], [404, file]);
    }
    for (
      const path of [
        "/../server.ts",
        "/server.ts",
        "/types.ts",
        "/%2e%2e/deno.json",
        "/api/toString?run=run",
      ]
    ) {
      assertEquals([await get(path), path], [404, path]);
    }
  }));
