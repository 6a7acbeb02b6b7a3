import { checkedBy, number } from "../../core/option_kinds.ts";

const labelSmoothingOption = number({ least: 0, most: 1 }, 0),
  gammaOption = number({ least: 0 }, 2);
const alphaOption = checkedBy<number, number>(
  (value, where) => value === -1 ? value : number({ least: 0, most: 1 }).read(value, where),
  0.25,
);

/** What losses by name may be set to, each by its own. */
export const lossSettings = {
  crossEntropy: { labelSmoothing: labelSmoothingOption },
  focalCrossEntropy: { labelSmoothing: labelSmoothingOption, gamma: gammaOption },
  binaryCrossEntropy: { labelSmoothing: labelSmoothingOption },
  binaryFocalCrossEntropy: {
    labelSmoothing: labelSmoothingOption,
    alpha: alphaOption,
    gamma: gammaOption,
  },
};
