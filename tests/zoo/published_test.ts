import { assert, assertEquals, assertThrows } from "@std/assert";
import { publishedWeights, zoo } from "../../lib/zoo/zoo.ts";

/** Networks of the zoo for which no weights are known that a program can fetch. */
const without = /^(lenet|mlp|zfnet|alexnet-)|plain/;

Deno.test("publishedWeights: every other network of the zoo has some, with a digest", () => {
  for (const { name } of zoo()) {
    if (without.test(name)) {
      assertThrows(() => publishedWeights(name), RangeError, "network with published weights");
      continue;
    }
    const { model, url, file, folder, digest } = publishedWeights(name);
    assertEquals(model, name);
    assert(/^https?:\/\/[^ ]+\.(pth|th|caffemodel)$/.test(url), url);
    assert(url.endsWith(`/${file}`) && !file.includes("/"), file);
    assert(/^[a-z0-9-]+$/.test(folder), folder);
    if (digest.algorithm === "sha1") assertEquals(digest.hex.length, 40);
    else assert(file.includes(`-${digest.hex}.`) && digest.hex.length >= 8, file);
  }
});

Deno.test("publishedWeights: what is not known is an error that says what is", () => {
  assertThrows(() => publishedWeights("resnet51"), RangeError, 'did you mean "resnet50"?');
  assertThrows(
    () => publishedWeights("cifar-resnet20", "imagenet"),
    RangeError,
    "cifar-resnet20: expected weights trained on imagenet, found none: those known are of cifar10",
  );
  assertEquals(publishedWeights("vgg16", "imagenet").file, "vgg16-397923af.pth");
});
