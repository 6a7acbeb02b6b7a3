/** The library imported over http, as a user without a checkout does. */
import { assert, assertEquals } from "@std/assert";
import { needs } from "./setup/needs.ts";

const root = new URL("..", import.meta.url);

const types: Record<string, string> = {
  ts: "application/typescript",
  js: "text/javascript",
  json: "application/json",
};

/** Serves the checkout on loopback until it is disposed of, and remembers what was asked for. */
function serveCheckout() {
  const paths: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      paths.push(pathname);
      const type = types[pathname.slice(pathname.lastIndexOf(".") + 1)] ?? "text/plain";
      try {
        const body = await Deno.readFile(new URL(`.${pathname}`, root));
        return new Response(body, { headers: { "content-type": `${type}; charset=utf-8` } });
      } catch {
        return new Response(`no ${pathname}`, { status: 404 });
      }
    },
  );
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    paths,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** What the user writes, in a folder that holds nothing else. */
const program = (address: string, device: string) => `
import { sequential, setDevice, sgd, tensor } from "${address}/mod.ts";
await setDevice("${device}");
const net = sequential([4, 4, 1], { seed: 1 }).conv2d(2, 3).relu().flatten().dense(3);
const pixels = Float32Array.from({ length: 2 * 16 }, (_, i) => (i % 7) / 7);
const images = tensor(pixels, { shape: [2, 4, 4, 1] });
const labels = tensor(Int32Array.of(0, 2));
const optimizer = sgd({ learningRate: 0.1 });
const losses = [];
for (let step = 0; step < 2; step++) {
  losses.push((await net.trainOnBatch(images, labels, { optimizer })).loss);
}
console.log(JSON.stringify(losses));
`;

async function trainOverHttp(device: string): Promise<void> {
  await using server = serveCheckout();
  const folder = await Deno.makeTempDir({ prefix: "striate-url-" });
  try {
    await Deno.mkdir(`${folder}/program`);
    await Deno.writeTextFile(`${folder}/program/main.ts`, program(server.address, device));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      // All that it needs, as README.md says.
      args: ["run", "--quiet", `--allow-import=${new URL(server.address).host}`, "main.ts"],
      cwd: `${folder}/program`,
      env: { DENO_DIR: `${folder}/cache`, STRIATE_CACHE: `${folder}/data`, NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const [first, second] = JSON.parse(new TextDecoder().decode(stdout));
    assert(second < first, `expected the loss to fall, found ${first}, then ${second}`);
    assert(server.paths.includes("/mod.ts"));
    // The program needs no file but its own, and the library leaves none behind.
    assertEquals([...Deno.readDirSync(`${folder}/program`)].map(({ name }) => name), ["main.ts"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("import by URL: a step on the CPU", () => trainOverHttp("cpu"));

Deno.test({
  name: "import by URL: a step on WebGPU",
  ignore: !needs.webgpu.met,
  fn: () => trainOverHttp("webgpu"),
});
