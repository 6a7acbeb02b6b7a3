import { assertEquals, assertRejects } from "@std/assert";
import { request } from "../../lib/core/request.ts";
import { serve } from "../weights/server.ts";

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
