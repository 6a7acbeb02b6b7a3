/** A browser for tests, which reaches this machine alone. */
import { chromium } from "../setup/needs.ts";

/** Milliseconds that a page may take to draw, with all else that the machine does. */
const patience = 120_000;

const playwrightVersion = "npm:playwright-core@1.65.1";

/** As much of an open page as is used here. */
export interface Page {
  url(): string;
  goto(url: string, options: { waitUntil: "commit" }): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  screenshot(options: { path: string; fullPage: boolean }): Promise<unknown>;
  locator(selector: string): Locator;
  readonly mouse: {
    move(x: number, y: number, options?: { steps: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  close(): Promise<void>;
}

/** An element of a page. */
interface Locator {
  boundingBox(): Promise<{ x: number; y: number; width: number; height: number } | null>;
  fill(text: string): Promise<void>;
  selectOption(value: string): Promise<unknown>;
  click(): Promise<void>;
}

/** Presses the mouse at the first of these points of an element, in shares of its size, and draws it on. */
export async function drag(
  page: Page,
  selector: string,
  points: readonly (readonly [number, number])[],
): Promise<void> {
  const box = await page.locator(selector).boundingBox();
  if (box === null) throw new Error(`${selector} is not seen`);
  const at = ([x, y]: readonly [number, number]) =>
    [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(points[0]!));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 6 });
  await page.mouse.up();
}

/** A request that a page makes, before it is sent. */
interface Route {
  request(): { url(): string };
  continue(): Promise<void>;
  abort(): Promise<void>;
  fulfill(
    response: { contentType: string; headers: Record<string, string>; body: string },
  ): Promise<void>;
}

/** A browser with a profile. */
interface Context {
  newPage(): Promise<Page>;
  route(pattern: string, handler: (route: Route) => Promise<void>): Promise<unknown>;
  close(): Promise<void>;
}

/** As much of the package as is used here. */
interface Playwright {
  readonly chromium: {
    launchPersistentContext(folder: string, options: Record<string, unknown>): Promise<Context>;
  };
}

/** A script that pages fetch from elsewhere, given to them from a package instead. */
export interface Substitute {
  readonly url: string;
  readonly body: string;
}

/** Opens a browser with a profile of its own; `asked` collects the substitutes that were fetched. */
export async function openBrowser(folder: string, substitutes: readonly Substitute[]) {
  const playwright: Playwright = await import(playwrightVersion);
  const context = await playwright.chromium.launchPersistentContext(`${folder}/.profile`, {
    executablePath: chromium,
    headless: true,
    viewport: { width: 1000, height: 1200 },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const asked: string[] = [];
  await context.route("**/*", async (route) => {
    const url = route.request().url();
    if (/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(url)) return await route.continue();
    const substitute = substitutes.find((substitute) => substitute.url === url);
    if (substitute === undefined) return await route.abort();
    asked.push(url);
    await route.fulfill({
      contentType: "text/javascript",
      headers: { "access-control-allow-origin": "*" },
      body: substitute.body,
    });
  });
  return { context, asked, [Symbol.asyncDispose]: () => context.close() };
}

/**
 * Waits until `expression`, in the page, is `value`; says what it was if that takes too long. It is
 * computed by the browser's tools, also in a page that lets no text be run.
 */
export async function expectInPage(page: Page, expression: string, value: unknown): Promise<void> {
  const wanted = JSON.stringify(value), end = performance.now() + patience;
  const look = `(async () => {
    await new Promise((done) => setTimeout(done, 20));
    return JSON.stringify(${expression});
  })()`;
  for (;;) {
    let found: unknown;
    try {
      found = await page.evaluate(look);
    } catch (error) {
      found = (error as Error).message; // What it asks for is not there yet, or the page is another.
    }
    if (found === wanted) return;
    if (performance.now() > end) {
      throw new Error(`${page.url()}: ${expression}: expected ${wanted}, found ${found}`);
    }
  }
}

/** Opens an address, without waiting for all that it loads. */
export async function openPage(context: Context, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "commit" });
  return page;
}

/** Writes a picture of the whole page into the folder STRIATE_SCREENSHOTS, if it is set. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("STRIATE_SCREENSHOTS");
  if (!folder) return;
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
