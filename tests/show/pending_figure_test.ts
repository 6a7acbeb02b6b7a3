import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Figure, PendingFigure, plot, randomNormal, sequential, type Tensor } from "../../mod.ts";
import { jupyterDisplay } from "../../lib/show/bundle.ts";
import { inFolder } from "../folders.ts";

const noise = (): Tensor => randomNormal([2, 6, 6], { seed: 1 });
const net = () => sequential([6, 6, 1], { seed: 1 }).conv2d(2, 3, { name: "c" });

Deno.test("every plot of what lies on a device is used as a figure is", () =>
  inFolder(async (folder) => {
    const figures: Record<string, () => PendingFigure> = {
      images: () => plot.images(noise(), { title: "t" }),
      filters: () => plot.filters(net(), { title: "t" }),
      featureMaps: () => plot.featureMaps(noise().reshape([1, 6, 6, 2]), { title: "t" }),
      overlay: () => plot.overlay(noise(), noise(), { title: "t" }),
      receptiveField: () => plot.receptiveField(net(), { title: "t" }),
      decisionBoundary: () =>
        plot.decisionBoundary(
          (points: Tensor) => points.sum(1),
          { x: [[0, 0], [1, 1]], labels: [0, 1] },
          { title: "t" },
        ),
    };
    for (const [name, make] of Object.entries(figures)) {
      const pending = make();
      assert(pending instanceof PendingFigure, name);
      const figure = await pending;
      assert(figure instanceof Figure, name);
      assertEquals([await pending.svg(), await pending.html()], [figure.svg(), figure.html()]);
      assertEquals(await pending[jupyterDisplay](), await figure[jupyterDisplay](), name);
      await make().save(`${folder}/${name}.svg`);
      assertStringIncludes(await Deno.readTextFile(`${folder}/${name}.svg`), "<svg");
    }
  }));

Deno.test("what is wrong shows whichever way a pending figure is used", async () => {
  const wrong = () => plot.images(noise(), { colour: "red" } as object);
  await assertRejects(() => wrong(), RangeError, 'plot.images: unknown option "colour"');
  await assertRejects(() => wrong().show(), RangeError, "unknown option");
  await assertRejects(async () => await wrong()[jupyterDisplay](), RangeError, "unknown option");
  const then = plot.images(noise()).then((figure) => figure.title);
  assert(!(then instanceof PendingFigure));
});
