/** What is asked of a server. */
export interface Wanted {
  /** What should be at the address, for errors: "a file of weights". */
  readonly what: string;
  /** How else it can be had: "set STRIATE_MIRROR to a folder that has it". */
  readonly instead?: string;
  /** The first byte that is wanted; 0 by default. */
  readonly from?: number;
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A server's answer with a file, which is there: its bytes are as they are stored, not unpacked on
 * the way.
 *
 * @throws {Deno.errors.NotFound} where the server has no such file
 * @throws {Error} for an unreachable host, or another status than success
 */
export async function request(url: string | URL, wanted: Wanted): Promise<Response> {
  const { what, instead, from = 0, signal } = wanted;
  const headers = {
    "accept-encoding": "identity",
    ...from > 0 && { range: `bytes=${from}-` },
  };
  let response: Response;
  try {
    response = await fetch(url, { headers, ...signal && { signal } });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) throw error;
    const advice = `check the network${instead === undefined ? "" : `, or ${instead}`}`;
    throw new Error(`${url}: cannot be reached (${error.message}); ${advice}`, { cause: error });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const { status, statusText } = response;
  if (status === 416 && from > 0) return await request(url, { ...wanted, from: 0 });
  const found = `${url}: expected ${what}, found HTTP ${status} ${statusText}`.trim();
  if (status === 404 || status === 410) {
    const advice = instead === undefined ? "" : `; ${instead}`;
    throw new Deno.errors.NotFound(`${found}; there is no such file${advice}`);
  }
  const isPrivate = status === 401 || status === 403;
  const byHand = `download it by hand, and ${instead ?? "pass its path"}`;
  throw new Error(`${found}; ${isPrivate ? `the file is private: ${byHand}` : "try again later"}`);
}
