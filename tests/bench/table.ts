/** The table at the end of a benchmark. */

import type { ContenderKind } from "./contenders.ts";

/** A contender whose result at a case is wrong: its time says nothing. */
export interface Wrong {
  readonly contender: string;
  readonly case: string;
  /** What was expected, and what was found. */
  readonly wrong: string;
}

/** What one contender reached at one case. */
export interface Result {
  readonly contender: string;
  readonly kind: ContenderKind;
  readonly case: string;
  /** Median time of a step. */
  readonly milliseconds: number;
  /** Whether other programs disturbed the measurement. */
  readonly disturbed: boolean;
  /** Where a case trains. */
  readonly imagesPerSecond?: number;
  /** Where a case is counted in arithmetic: 10^9 multiplications and additions a second. */
  readonly gflops?: number;
}

/**
 * Lays `results` out in columns, the fastest first, each with its speed as a multiple of that of
 * the best JavaScript peer, and of PyTorch. Those that computed something wrong stand last, without a
 * time.
 */
export function formatTable(results: readonly Result[], wrong: readonly Wrong[] = []): string {
  const sorted = results.toSorted((a, b) => a.milliseconds - b.milliseconds);
  const bestPeer = sorted.find(({ kind }) => kind === "peer");
  const torch = sorted.find(({ kind }) => kind === "reference");
  const ratio = (to: Result | undefined, of: Result) =>
    to ? `${(to.milliseconds / of.milliseconds).toPrecision(3)}x` : "";
  const rows = sorted.map((result) => [
    result.contender + (result.disturbed ? " *" : ""),
    result.milliseconds.toFixed(2),
    result.imagesPerSecond?.toFixed(result.imagesPerSecond < 100 ? 1 : 0) ??
      result.gflops?.toFixed(1) ?? "",
    ratio(bestPeer, result),
    ratio(torch, result),
  ]);
  for (const { contender } of wrong) rows.push([contender, "wrong", "", "", ""]);
  const unit = results.some(({ gflops }) => gflops !== undefined) ? "GFLOP/s" : "images/s";
  const header = ["contender", "ms", unit, "of best peer", "of torch"];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const table = [header, ...rows].map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
    ).join("  ")
  ).join("\n");
  const remark = "* disturbed by other programs: the time is longer than on a quiet machine";
  return [
    table,
    ...sorted.some(({ disturbed }) => disturbed) ? [remark] : [],
    ...wrong.map(({ contender, wrong }) => `${contender}: ${wrong}`),
  ].join("\n");
}
