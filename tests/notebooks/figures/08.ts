import type { Figure } from "../figures.ts";

/** What notebook 08 computes: the Inception module, GoogLeNet, its heads, and a small net. */
export const figures: readonly Figure[] = [
  { figure: "naive module: multiply-adds", pattern: /Naive module: ([\d,]+)/, value: 303_464_448 },
  {
    figure: "module with reductions: parameters and multiply-adds",
    pattern: /with reductions +163,696 +([\d,]+) +256/,
    value: 128_049_152,
  },
  { figure: "naive modules grow", pattern: /5 +1088 +(\d+)/, value: 1312 },
  { figure: "5x5 through 16 channels", pattern: /([\d.]+) times cheaper/, value: 9.7 },
  { figure: "concatenation is the branches", pattern: /largest difference (\S+)/, value: 0 },
  { figure: "GoogLeNet: parameters", pattern: /parameters: ([\d,]+)/, value: 6_998_552 },
  { figure: "GoogLeNet: multiply-adds", pattern: /multiply-adds: ([\d,]+)/, value: 1_582_671_872 },
  { figure: "GoogLeNet: depth", pattern: /longest path: (\d+) layers/, value: 22 },
  { figure: "the paper's own table", pattern: /column adds up to ([\d.]+) million/, value: 6.8 },
  { figure: "AlexNet: how many times as large", pattern: /: ([\d.]+) times as many/, value: 8.7 },
  {
    figure: "dense layer on flattened maps",
    pattern: /flatten, dense\(1000\) +([\d,]+)/,
    value: 50_177_000,
  },
  {
    figure: "global average pooling and a dense layer",
    pattern: /global average, dense\(1000\) +([\d,]+)/,
    value: 1_025_000,
  },
  {
    figure: "both auxiliary heads: parameters",
    pattern: /with auxiliary heads: ([\d,]+) parameters, 1,591,044,096 multiply-adds/,
    value: 13_378_280,
  },
  {
    figure: "torchvision's form with batch normalisation",
    pattern: /with batch normalisation +([\d,]+) +1,498,376,192/,
    value: 6_624_904,
  },
  {
    figure: "torchvision's form with heads",
    pattern: /heads +13,004,888 +([\d,]+)/,
    value: 1_506_748_416,
  },
  {
    figure: "small net with reductions: test images",
    pattern: /with reductions: ([\d.]+) % of 500/,
    range: [75, 100],
  },
  { figure: "small naive net: test images", pattern: /naive: ([\d.]+) % of 500/, range: [60, 100] },
];
