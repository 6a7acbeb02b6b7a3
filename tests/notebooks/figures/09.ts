import type { Figure } from "../figures.ts";

export const figures: readonly Figure[] = [
  { figure: "an identity block changes nothing", pattern: /largest change: (\S+)/, value: 0 },
  { figure: "ResNet-20: no parameter more than its twin", pattern: /269,722 +269,722/ },
  { figure: "ResNet-56: no parameter more than its twin", pattern: /853,018 +853,018/ },
  { figure: "projections of ResNet-18", pattern: /ResNet-18: ([\d,]+) parameters/, value: 173_824 },
  { figure: "ResNet-50: multiply-adds", pattern: /resnet50 +25,557,032 +4,089,184,256/ },
  { figure: "ResNet-152: multiply-adds", pattern: /resnet152 +60,192,808 +11,513,626,624/ },
  { figure: "plain-20 learns", pattern: /^plain20 +([\d.]+)/m, range: [0, 60] },
  { figure: "plain-56 does not", pattern: /^plain56 +([\d.]+)/m, range: [65, 100] },
  { figure: "ResNet-20 learns", pattern: /^residual20 +([\d.]+)/m, range: [0, 35] },
  { figure: "ResNet-56 learns", pattern: /^residual56 +([\d.]+)/m, range: [0, 35] },
  { figure: "plain-20 misses every block", pattern: /plain20: (\d+) of 9 blocks/, value: 0 },
  { figure: "ResNet-56 does not", pattern: /residual56: (\d+) of 27 blocks/, range: [8, 27] },
  // What was recorded, or that nothing has been.
  { figure: "the recorded experiment", pattern: /^recorded, plain-residual: /m },
];
