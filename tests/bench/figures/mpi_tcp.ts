/**
 * What TCP alone gives two processes that send to each other at the same time, as those of a sum do:
 * `mpi_tcp.ts listen` or `mpi_tcp.ts connect HOST`, and how many bytes each sends. The one that listens
 * prints the seconds as JSON.
 *
 * @module
 */
import { median } from "./figure.ts";

const [mode, bytes, hostname = ""] = Deno.args, port = 5599, total = Number(bytes);

async function meet(): Promise<Deno.TcpConn> {
  if (mode === "listen") {
    using listener = Deno.listen({ port });
    console.log("{}");
    return await listener.accept();
  }
  return await Deno.connect({ hostname, port });
}

using connection = await meet();
const out = new Uint8Array(2 ** 20), into = new Uint8Array(2 ** 20);

async function send(): Promise<void> {
  for (let left = total; left > 0;) left -= await connection.write(out.subarray(0, left));
}

async function receive(): Promise<void> {
  for (let left = total; left > 0;) left -= (await connection.read(into.subarray(0, left)))!;
}

const times: number[] = [];
for (let i = 0; i < 6; i++) {
  const began = performance.now();
  await Promise.all([send(), receive()]);
  times.push((performance.now() - began) / 1000);
}
if (mode === "listen") console.log(JSON.stringify({ moved: median(times.slice(1)) }));
