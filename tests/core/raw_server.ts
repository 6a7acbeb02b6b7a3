/** A server on loopback that says exactly what a test wants, HTTP or not. */

/** One connection of a {@linkcode serveRaw} server. */
export interface RawAnswer {
  /** The path that was asked for. */
  readonly path: string;
  /** The byte from which on it was asked for, if one was named. */
  readonly from: number | undefined;
  /** Says a status line and headers. */
  head(status: string, headers?: Readonly<Record<string, string | number>>): Promise<void>;
  /** Sends bytes of the body. */
  send(bytes: Uint8Array): Promise<void>;
  /** Says nothing more until the server is closed or the client leaves. */
  silence(): Promise<void>;
}

/** Serves until it is disposed of; a connection is closed when `answer` is done. */
export function serveRaw(answer: (connection: RawAnswer) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Promise<void>>(), closed = Promise.withResolvers<void>();
  let requests = 0;
  const speak = async (connection: Deno.TcpConn) => {
    const buffer = new Uint8Array(8192), count = await connection.read(buffer) ?? 0;
    const asked = new TextDecoder().decode(buffer.subarray(0, count));
    const range = /\r\nrange: bytes=(\d+)-/i.exec(asked)?.[1];
    const send = async (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    };
    requests++;
    await answer({
      path: /^GET (\S+)/.exec(asked)?.[1] ?? "",
      from: range === undefined ? undefined : Number(range),
      send,
      head: (status, headers = {}) => {
        const lines = Object.entries({ ...headers, connection: "close" })
          .map(([name, value]) => `${name}: ${value}\r\n`);
        return send(new TextEncoder().encode(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`));
      },
      silence: async () => {
        const left = connection.read(new Uint8Array(1)).then(() => {}, () => {});
        await Promise.race([closed.promise, left]);
      },
    });
  };
  const serving = (async () => {
    for await (const connection of listener) {
      const done = speak(connection).catch(() => {}).finally(() => {
        try {
          connection.close();
        } catch { /* The client closed it. */ }
      });
      open.add(done);
      done.then(() => open.delete(done));
    }
  })();
  return {
    address: `http://127.0.0.1:${listener.addr.port}`,
    /** How often it was asked. */
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      listener.close();
      closed.resolve();
      await serving;
      await Promise.all(open);
    },
  };
}

/** Runs `body` with another limit of a server's silence, in seconds. */
export async function withTimeout(seconds: number, body: () => Promise<void>): Promise<void> {
  const before = Deno.env.get("STRIATE_TIMEOUT");
  Deno.env.set("STRIATE_TIMEOUT", String(seconds));
  try {
    await body();
  } finally {
    if (before === undefined) Deno.env.delete("STRIATE_TIMEOUT");
    else Deno.env.set("STRIATE_TIMEOUT", before);
  }
}
