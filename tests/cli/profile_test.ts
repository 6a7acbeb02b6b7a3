import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sequential } from "../../lib/train/make_model.ts";
import { filesIn, inFolder } from "../folders.ts";
import { command } from "./command.ts";

const profile = (...args: string[]) => command("profile", ...args);

Deno.test("profile: a table, and data, a trace and a page that needs nothing else", () =>
  inFolder(async (folder) => {
    const net = sequential([8, 8, 1], { seed: 1 }).conv2d(4, 3, { name: "first" }).relu()
      .flatten().dense(3, { name: "last" });
    await net.save(`${folder}/net.safetensors`);
    const ran = await profile(
      ...["--weights", `${folder}/net.safetensors`, "--train", "--batch-size", "4"],
      ...["--optimizer", "adam", "--repeats", "1", "--out", `${folder}/out`],
    );
    assertEquals([ran.code, ran.errors], [0, ""]);
    assert(/^a training step of 4 on cpu \(.*\): [\d.]+ ms/.test(ran.lines[0]!), ran.lines[0]);
    assert(ran.lines.some((line) => /^first .* %/.test(line)), ran.lines.join("\n"));
    assertEquals(filesIn(`${folder}/out`), ["index.html", "profile.json", "trace.json"]);
    const read = (name: string) => Deno.readTextFile(`${folder}/out/${name}`);
    const { training, layers, launches, multiplyAdds } = JSON.parse(await read("profile.json"));
    assertEquals([training, layers[0].layer], [true, "first"]);
    // Of the first layer no gradient of the image.
    const [first, last] = ["first", "last"].map((name) =>
      net.summary().rows.find((row) => row.name === name)!.multiplyAdds
    );
    assertEquals(multiplyAdds, 4 * (2 * first! + 3 * last!));
    const { traceEvents } = JSON.parse(await read("trace.json"));
    const inTrace = traceEvents.filter(({ cat }: { cat?: string }) => cat === "launch");
    assertEquals(inTrace.length, launches.length);
    const page = await read("index.html");
    assertStringIncludes(page, "By layer");
    assert(!/src="(?!data:)|href="http|<script/.test(page));
  }));

Deno.test("profile: mistakes in the command line", async () => {
  const fails = async (text: string, ...args: string[]) => {
    const { code, errors } = await profile(...args);
    assertEquals(code, 2, errors);
    assertStringIncludes(errors, text);
  };
  await fails("expected --model NAME or --weights FILE");
  await fails("--model: ", "--model", "resnet5O");
  await fails(
    "--optimizer is of a training step; add --train",
    "--model",
    "lenet5",
    "--optimizer",
    "sgd",
  );
  await fails("--repeats: expected", "--model", "lenet5", "--repeats", "0");
});
