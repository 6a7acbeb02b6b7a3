/** The questions of the notebooks on augmentation and transfer. */
import { sequential } from "../../mod.ts";
import type { Question } from "../check.ts";

/** Questions of notebooks 13 and 14, by number. */
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
};
