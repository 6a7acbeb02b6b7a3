import type { StepConfig } from "./steps.ts";

/** Pipelines by name. */
export type PresetName = "crop-flip" | "cifar" | "alexnet" | "imagenet";

const flip: StepConfig = { type: "randomHorizontalFlip" };

/** The steps of each preset, for images of a size; each has its own by default. */
export const presets: Readonly<Record<PresetName, (size?: number) => readonly StepConfig[]>> = {
  "crop-flip": (size) => [{ type: "randomCrop", ...size && { size }, padding: 4 }, flip],
  cifar: (size = 32) => [{ type: "randomCrop", size, padding: 4 }, flip],
  alexnet: (size = 224) => {
    const whole = Math.round(size * 256 / 224);
    return [
      { type: "resize", size: whole },
      { type: "centerCrop", size: whole },
      { type: "randomCrop", size },
      flip,
      { type: "pcaColor" },
    ];
  },
  imagenet: (size = 224) => [{ type: "randomResizedCrop", size }, flip],
};
