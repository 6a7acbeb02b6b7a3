/** The machine code that an AMD card would run: what is slow on cards and cannot be timed without one. */
import { assert } from "@std/assert";
import { isaCases } from "../../bench/isa/cases.ts";
import { dispatchesOf, isaFigures } from "../../bench/isa/isa.ts";
import { needs } from "../../setup/needs.ts";

const isMet = needs.isa.met;

/** Compiles those of the cases whose names match, and looks at each of their first dispatches. */
function testCode(name: string, pattern: RegExp, check: (figures: Figures) => void): void {
  Deno.test({
    name: `machine code: ${name}${isMet ? "" : " (no compiler for an AMD card on this machine)"}`,
    ignore: !isMet,
    async fn() {
      const cases = isaCases.filter((item) => pattern.test(item.name));
      const dispatches = dispatchesOf(cases).filter((item) => pattern.test(item.name));
      for (const figures of await isaFigures(dispatches)) check(figures);
    },
  });
}

type Figures = Awaited<ReturnType<typeof isaFigures>>[number];

function shareOf({ name, loop }: Figures): number {
  assert(loop !== undefined, `${name}: a loop`);
  return loop.multiplyAdds / loop.instructions;
}

testCode(
  "products are multiply-adds mostly, and ask for what comes next meanwhile",
  /^(matmul|conv)(?!.*dispatch)/,
  (figures) => {
    const text = JSON.stringify(figures);
    assert(shareOf(figures) >= 0.7, text);
    assert(figures.loop!.loadsInFlight >= 4, text);
    assert(figures.spilled === 0, text);
    assert(figures.registers <= 132, text);
  },
);

testCode(
  "reductions have four vectors on their way, and sums of parts too",
  /^sum|dispatch 2/,
  (figures) => {
    const text = JSON.stringify(figures);
    assert(figures.loop!.loadsInFlight >= 4, text);
    assert(figures.spilled === 0 && figures.waves >= 16, text);
  },
);

testCode(
  "groups of one channel have little more to do than their arithmetic",
  /^depthwise(?!.*dispatch)/,
  (figures) => {
    const text = JSON.stringify(figures);
    assert(figures.instructions <= 600 && figures.spilled === 0 && figures.waves >= 16, text);
  },
);
