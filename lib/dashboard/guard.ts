/**
 * Who may speak to the dashboard: a browser that has opened the address with the token, from a page of the
 * dashboard itself.
 *
 * @module
 */

/** What no answer is without: nothing is loaded from elsewhere, framed, or told to another page. */
const headers = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'", // plotly.js writes styles as it draws
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
} as const;

/** An answer with the headers that all have. */
export function answer(
  body: BodyInit | null,
  type: string,
  { status = 200, extra = {} }: {
    readonly status?: number;
    readonly extra?: Readonly<Record<string, string>>;
  } = {},
): Response {
  return new Response(body, { status, headers: { ...headers, "content-type": type, ...extra } });
}

/** An answer of plain text. */
export const say = (status: number, text: string): Response =>
  answer(`${text}\n`, "text/plain; charset=utf-8", { status });

/** Looks at each request before anything else does. */
export class Guard {
  /** Whoever has it may watch and stop runs. */
  readonly token: string;
  readonly #port: number;

  /** A guard of a server at a port of this machine. */
  constructor(port: number, token: string = newToken()) {
    [this.#port, this.token] = [port, token];
  }

  get #hosts(): readonly string[] {
    return ["127.0.0.1", "localhost"].map((name) => `${name}:${this.#port}`);
  }

  /** Cookies are those of a machine, whatever the port. */
  get #cookieName(): string {
    return `striate-${this.#port}`;
  }

  /** The answer to a request that goes no further; undefined for one that may. */
  stop(request: Request): Response | undefined {
    const { host, origin, site } = {
      host: request.headers.get("host") ?? "",
      origin: request.headers.get("origin"),
      site: request.headers.get("sec-fetch-site"),
    };
    // A name of another's that leads to this machine: what that page asks for, it would see.
    if (!this.#hosts.includes(host)) return say(421, `no server for ${host.slice(0, 80)}`);
    if (origin !== null && origin !== `http://${host}`) {
      return say(403, "pages of another origin may not ask");
    }
    const url = new URL(request.url);
    const token = url.pathname === "/" ? url.searchParams.get("token") : null;
    if (token !== null) {
      return isSame(token, this.token)
        ? undefined
        : say(403, "the token is not that of this dashboard");
    }
    if (site !== null && site !== "same-origin" && site !== "none" && url.pathname !== "/") {
      return say(403, "other pages may not ask");
    }
    if (!this.#hasCookie(request)) {
      return say(403, "open the address with the token that the command has shown");
    }
    const isChange = request.method !== "GET" && request.method !== "HEAD";
    if (isChange && !isSame(request.headers.get("x-striate-token") ?? "", this.token)) {
      return say(403, "the token is missing");
    }
    if (isChange && origin === null) return say(403, "the origin is missing");
  }

  #hasCookie(request: Request): boolean {
    const cookies = (request.headers.get("cookie") ?? "").split("; ");
    return cookies.some((cookie) => isSame(cookie, `${this.#cookieName}=${this.token}`));
  }

  /** What gives the browser the token to keep, for this site alone. */
  get cookie(): string {
    return `${this.#cookieName}=${this.token}; HttpOnly; SameSite=Strict; Path=/`;
  }
}

const newToken = () => crypto.getRandomValues(new Uint8Array(24)).toHex();

/** Whether two texts are the same, in a time that does not tell where they differ. */
function isSame(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
