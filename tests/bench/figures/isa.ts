import { resnet, sequential } from "../../../mod.ts";
import { isaCases } from "../isa/cases.ts";
import { needs } from "../../setup/needs.ts";
import { dispatchesOf, isaFigures } from "../isa/isa.ts";
import { modelStep } from "../isa/model.ts";
import { stepPlan } from "../isa/step_plan.ts";
import type { Figure } from "./figure.ts";

/** The machine code of the WebGPU kernels. */
export const isa: Figure = {
  name: "isa",
  what:
    "machine code of the WebGPU kernels for an AMD card (gfx1100), which need not be there: share " +
    "of multiply-adds in the loop, loads in flight, registers, spills, waves that share a unit",
  async measure(note) {
    if (!needs.isa.met) return { skipped: needs.isa.otherwise };
    note("isa: compiling");
    const figures = await isaFigures(dispatchesOf(isaCases));
    return Object.fromEntries(figures.map(({ name, loop, ...figure }) => {
      const share = loop && Number((loop.multiplyAdds / loop.instructions).toFixed(3));
      return [name, {
        ...share ? { share } : {},
        ...loop && { loop: loop.instructions, loadsInFlight: loop.loadsInFlight },
        ...figure,
      }];
    }));
  },
};

/** What a training step would take on a card, by a model. */
export const stepModel: Figure = {
  name: "step-model",
  what: "training steps on WebGPU as they are planned, and their time on cards by a model (40 %)",
  async measure(note) {
    if (!needs.isa.met) return { skipped: needs.isa.otherwise };
    note("step-model: ResNet-50");
    const large = await stepPlan(resnet(50), [224, 224, 3], 32);
    const lenet = sequential([28, 28, 1], { seed: 1 })
      .conv2d(6, 5, { padding: "same" }).relu().maxPool2d(2).conv2d(16, 5).relu().maxPool2d(2)
      .flatten().dense(120).relu().dense(84).relu().dense(10);
    return {
      "ResNet-50, 32 images": await modelStep(large),
      "LeNet-5, 128 images": await modelStep(await stepPlan(lenet, [28, 28, 1], 128)),
    };
  },
};
