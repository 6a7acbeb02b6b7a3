import type { Figure } from "../figures.ts";

/** What notebook 13 computes, on a photograph or on a drawn picture. */
export const figures: readonly Figure[] = [
  { figure: "the preset of AlexNet", pattern: /^alexnet +resize\(size: 256.*pcaColor/m },
  { figure: "ten copies", pattern: /120 pictures became (\d+)/, value: 1200 },
  { figure: "as they are: by heart", pattern: /^as they are +360 +([\d.]+) %/m, range: [97, 100] },
  { figure: "the gap", pattern: /^as they are +360 +\S+ % +\S+ % +([\d.]+)/m, range: [50, 75] },
  {
    figure: "the gap with ten copies",
    pattern: /^ten copies +360 +\S+ % +\S+ % +([\d.]+)/m,
    range: [25, 52],
  },
  {
    figure: "the gap with changes anew",
    pattern: /^anew each time +360 +\S+ % +\S+ % +([\d.]+)/m,
    range: [25, 50],
  },
  { figure: "recorded: the gap", pattern: /^as they are +100\.0 % .* ([\d.]+)$/m, value: 59.5 },
  { figure: "recorded: ten copies", pattern: /^ten copies +72\.5 % .* ([\d.]+)$/m, value: 22.4 },
  { figure: "recorded: anew", pattern: /^anew +81\.5 % +52\.1 % +([\d.]+)$/m, value: 29.4 },
  {
    figure: "the first component of ImageNet's colours",
    pattern: /^ImageNet +1 +([\d.]+)/m,
    value: 0.2175,
  },
  {
    figure: "the first component of the shapes' colours is brightness",
    pattern: /^drawn shapes +1 +[\d.]+ +(0\.[56]\d), 0\.[56]\d, 0\.[56]\d/m,
    range: [0.5, 0.65],
  },
  {
    figure: "what changes cost, of what the device does",
    pattern: /this processor needs (\S+) times that/,
    range: [0.1, 100],
  },
];
