import type { Figure } from "../figures.ts";

/** What notebook 11 computes: errors and their intervals, in miniature and on photographs. */
export const figures: readonly Figure[] = [
  { figure: "AlexNet's lead in 2012", pattern: /was ([\d.]+) points/, value: 10.9 },
  { figure: "from 2010 to 2017", pattern: /by a factor of ([\d.]+)/, value: 12.5 },
  { figure: "top-1 error by hand", pattern: /top-1 error: 2 of 3 = ([\d.]+) %/, value: 66.7 },
  { figure: "top-k by the library", pattern: /by the library: \[ "66\.7 %", "0\.0 %" \]/ },
  { figure: "Wilson's interval by hand", pattern: /8 +125 +6\.40 % +(3\.3 to 12\.1 %) +\1/ },
  {
    figure: "Wilson's interval holds the truth",
    pattern: /true 5\.0 % in ([\d.]+) % of the games/,
    range: [93.5, 98],
  },
  { figure: "50,000 images", pattern: /on 50,000 images: ([\d.]+) to 6\.89 %/, value: 6.45 },
  { figure: "files and memory", pattern: /files and memory agree: true/ },
  { figure: "small net: top-1 error", pattern: /single crop +600 +([\d.]+) %/, range: [2, 20] },
  { figure: "small net: ten-crop", pattern: /ten-crop +600 +([\d.]+) %/, range: [2, 20] },
  {
    figure: "neighbours by features",
    pattern: /by features ([\d.]+) %, by pixels/,
    range: [80, 100],
  },
  { figure: "neighbours by pixels", pattern: /by pixels ([\d.]+) %/, range: [10, 45] },
  {
    figure: "measured nets: top-1 and top-5, with intervals",
    pattern: /(?:googlenet|small net) +top-1 +\d+ +(?:125|600) +([\d.]+) % +[\d.]+ to [\d.]+ %/,
    range: [2, 30],
  },
  {
    figure: "the zoo: SENet-154",
    pattern: /senet154 +115,088,984 .* 18\.7 % +([\d.]+) %/,
    value: 4.5,
  },
  { figure: "the zoo: GoogLeNet", pattern: /googlenet +([\d,]+) +1,582,671,872/, value: 6_998_552 },
];
