/** The questions of the notebooks on augmentation, transfer, norms and many processes. */
import { lenet5, sequential } from "../../mod.ts";
import type { Question } from "../check.ts";

/** Questions of notebooks 13, 14, 16 and 17, by number. */
export const questions: Readonly<Record<string, Question>> = {
  "13.1": {
    ask: 'The preset "cifar" pads 32 x 32 by 4, cuts 32 x 32 out and mirrors. How many pictures?',
    answer: () => (2 * 4 + 1) ** 2 * 2,
    hint: "The padded picture has 40 x 40 pixels; count the places of the corner, and two sides.",
    why: "9 places down, 9 across, two sides: 162 of each picture.",
  },
  "13.2": {
    ask: "2,000 photographs, ten copies each, batches of 50: how many steps is an epoch?",
    answer: () => 2000 * 10 / 50,
    hint: "20,000 pictures, 50 to a step.",
    why: "400; 4,000 steps are ten epochs of the copies, or a hundred of the photographs.",
  },
  "14.1": {
    ask: "A trunk gives 512 features, and there are 2 classes. How many weights does a head learn?",
    answer: () => sequential([512]).dense(2).parameters,
    hint: "A kernel of 512 x 2, and a bias for each class.",
    why: "1,026: not many more than the pictures would have pixels in one row.",
  },
  "14.2": {
    ask: "300K steps with batches of 60: how many million photographs are read?",
    answer: () => 300_000 * 60 / 1e6,
    hint: "Steps times the size of a batch.",
    why: "18 million, with many repeated.",
  },
  "16.1": {
    ask: "A batch of two numbers, 3 and 7. What does batch norm make of the 7 (ε = 0)?",
    answer: () => (7 - 5) / Math.sqrt(((3 - 5) ** 2 + (7 - 5) ** 2) / 2),
    hint: "The mean is 5, the deviation is 2.",
    why: "1, and of the 3 it makes −1: of any two numbers it makes the same.",
  },
  "16.2": {
    ask:
      "The batch has mean 6 and deviation 2, the running statistics 5 and 4. What is d, without bounds?",
    answer: () => (6 - 5) / 4,
    hint: "d = (mean of the batch − running mean) / running deviation.",
    why: "0.25, and r = 2/4: (x − 6)/2 · 0.5 + 0.25 = (x − 5)/4.",
  },
  "17.1": {
    ask: "LeNet-5 here: how many bytes of f32 gradients does a process have after each step?",
    answer: () => 4 * lenet5().parameters,
    hint: "Four bytes for each weight.",
    why: "About a quarter of a megabyte. AlexNet's 61 million weights are 244 MB.",
  },
  "17.2": {
    ask: "A batch of 120, shared by 4 processes: how many examples has each?",
    answer: () => 120 / 4,
    hint: "The batch is that of all processes together.",
    why: "30. The step is the same; only the work is shared.",
  },
};
