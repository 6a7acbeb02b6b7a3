import { assertEquals, assertRejects } from "@std/assert";
import { loadPackage } from "../../lib/core/package.ts";

const module = (text: string) => `data:text/javascript,${encodeURIComponent(text)}`;

Deno.test("loadPackage: what a module exports", async () => {
  const { answer } = await loadPackage<{ answer: number }>(
    module("export const answer = 42"),
    "Tests",
  );
  assertEquals(answer, 42);
  const { default: json } = await loadPackage<{ default: unknown }>(
    "data:application/json,[1]",
    "Tests",
    { with: { type: "json" } },
  );
  assertEquals(json, [1]);
});

Deno.test("loadPackage: what cannot be loaded says what needs it, and what to do", async () => {
  const broken = module("throw new Error('out of order')");
  await assertRejects(
    () => loadPackage(broken, "Tests", { permissions: "--allow-ffi" }),
    Error,
    `Tests need the package ${broken}, which cannot be loaded (out of order); it is fetched ` +
      "when it is first used: run this once with a network, and allow --allow-ffi",
  );
});
