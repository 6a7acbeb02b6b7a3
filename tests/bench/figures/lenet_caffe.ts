import { setDevice } from "../../../mod.ts";
import { needs } from "../../setup/needs.ts";
import { measureLenetCaffe } from "../../zoo/lenet_caffe.ts";
import type { Figure } from "./figure.ts";

/** Weights that others trained, on all test images, on both devices. */
export const lenetCaffe: Figure = {
  name: "lenet-caffe",
  what: "Caffe's trained LeNet on the 10,000 test images of MNIST: 9,914 right, the same 86 wrong",
  async measure(note) {
    if (!needs.mirror.met) throw new Error(`lenet-caffe: ${needs.mirror.otherwise}`);
    const results: Record<string, unknown> = {};
    for (const device of ["cpu", "webgpu"] as const) {
      if (device === "webgpu" && !needs.webgpu.met) continue;
      note(`lenet-caffe: ${device}`);
      await setDevice(device);
      const { expected, right, wrong, answers, largestError } = await measureLenetCaffe();
      results[device] = {
        right,
        sameWrong: String(wrong) === String(expected.wrong_indices),
        sameAnswers: String(answers) === String(expected.predictions_of_wrong),
        largestErrorOfLogits: Number(largestError.toPrecision(3)),
      };
    }
    return results;
  },
};
