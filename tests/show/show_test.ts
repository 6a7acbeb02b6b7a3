import { assertEquals, assertStringIncludes } from "@std/assert";
import { augmentation, digits, Picture, sequential, show, table, tensor } from "../../mod.ts";

/** What is printed while `body` runs. */
async function printed(body: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [], log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    await body();
  } finally {
    console.log = log;
  }
  return lines;
}

Deno.test("outside a notebook show prints texts, in order", async () => {
  const lines = await printed(async () => {
    await show("a text", Promise.resolve(5), { a: [1] }, NaN, null, table([[1, 2]]));
    await show(
      tensor([1, 2]).add(1),
      new Picture({ svg: "<svg/>", text: "p", width: 1, height: 2 }),
    );
    await show();
  });
  assertEquals(lines, [
    "a text",
    "5",
    "{ a: [ 1 ] }",
    "NaN",
    "null",
    "1  2",
    "tensor([2, 3], f32 [2])",
    "Picture 1 x 2: p",
  ]);
});

Deno.test("outside a notebook models and data sets are tables of text", async () => {
  const net = sequential([4]).dense(3);
  const [model, data] = await printed(() => show(net, digits({ train: 9, test: 1 }).train));
  assertEquals(model, `${net}\n${net.summary()}`);
  assertStringIncludes(
    data!,
    "9 examples: u8 [28, 28, 1] -> 10 classes of 0 to 2 examples\nexample",
  );
});

Deno.test("a pipeline of augmentation and images are a grid of samples; alone it is its text", async () => {
  const pipeline = augmentation.pipeline("crop-flip");
  const { train } = digits({ train: 9, test: 1 });
  const image = { width: 2, height: 1, data: new Uint8Array(6) };
  const grey = { width: 1, height: 2, data: new Uint8Array(2) };
  const lines = await printed(() =>
    show(pipeline, train, pipeline, [image, grey], pipeline, image, pipeline, "no image", pipeline)
  );
  const figure =
    'Figure "randomCrop, randomHorizontalFlip": image; its save("figure.svg") writes it ' +
    "(.svg, .png, .html)";
  assertEquals(lines, [figure, figure, figure, `${pipeline}`, "no image", `${pipeline}`]);
});
