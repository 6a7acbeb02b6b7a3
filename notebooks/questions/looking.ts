/** Questions of notebooks 0 and 15: using a network, and looking into it. */
import { explain, googlenet, sequential, tensor } from "../../mod.ts";
import type { Question } from "../check.ts";

export const questions: Readonly<Record<string, Question>> = {
  "00.1": {
    ask:
      "A network knows 1,000 names and has learnt nothing: how many percent does it give to each, " +
      "about?",
    answer: () => 100 / googlenet().outputShape[0]!,
    hint: "All shares sum to 100 %, and none has a reason to be larger.",
    why: "0.1 %. So even the last of the five names here is far above chance.",
  },
  "15.1": {
    ask:
      "A square of 45 pixels moves over 224 x 224 pixels in steps of 23, the last one to the border. " +
      "How many runs of the network does that take?",
    answer: () => (Math.ceil((224 - 45) / 23) + 1) ** 2,
    hint: "From 0 to 224 − 45 = 179 in steps of 23, and 179 itself: in both directions.",
    why: "9 places down and 9 across, 81 runs. A gradient takes one, there and back.",
  },
  "15.2": {
    ask:
      "A network without bends: s = 3·x₁ − 2·x₂. The blank picture is (0, 0), the picture (2, 1). " +
      "What does x₁ contribute by integrated gradients?",
    async answer() {
      const net = sequential([1, 2, 1]).flatten().dense(2, { name: "sum" });
      const weights = { "sum.kernel": tensor([[3, 0], [-2, 0]]) };
      const image = tensor([[[2], [1]]]);
      const parts = await explain.integratedGradients(net, image, { target: 0, steps: 1, weights });
      return (await parts.data())[0]!;
    },
    hint: "The slope is the same all the way: slope times difference.",
    why: "3·2 = 6; x₂ contributes −2, and together they are s = 4.",
  },
  "15.3": {
    ask:
      "An explanation has rank correlation 0.95 with itself after all weights were put into random " +
      "order. Does it show what the network has learnt (yes or no)?",
    answer: () => "no",
    hint: "The network has forgotten all, and the picture is nearly the same.",
    why: "It shows the picture: its edges pass through any weights.",
  },
};
