/** Reads the counts out of the JUnit report that `deno test --junit-path` writes. */

/** What a test run, or a part of it, came to. */
export interface Counts {
  passed: number;
  failed: number;
  /** `file: name` of each test that was skipped. */
  skipped: string[];
}

const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code, name) => {
    return code ? String.fromCodePoint(Number(code)) : entities[name] ?? whole;
  });
}

/**
 * Counts the tests in a report. The steps of a test are listed in it as well, as `test > step`;
 * they are part of their test and are not counted, as in Deno's own summary.
 */
export function countTests(report: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  const seen = new Set<string>();
  const cases =
    /<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;
  for (const [, rawName = "", rawFile = "", body = ""] of report.matchAll(cases)) {
    const name = unescape(rawName);
    const file = unescape(rawFile);
    const parent = name.lastIndexOf(" > ");
    const isStep = parent >= 0 && seen.has(`${file}: ${name.slice(0, parent)}`);
    seen.add(`${file}: ${name}`);
    if (isStep) continue;
    if (/<(failure|error)\b/.test(body)) counts.failed++;
    else if (/<skipped\b/.test(body)) counts.skipped.push(`${file.replace(/^\.\//, "")}: ${name}`);
    else counts.passed++;
  }
  return counts;
}
