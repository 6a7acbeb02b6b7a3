import { assertEquals } from "@std/assert";
import { countTests } from "./junit.ts";

Deno.test("countTests counts tests, not their steps, and names the skipped", () => {
  const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="6" failures="2" errors="0" time="0.009">
    <testsuite name="./tests/a_test.ts" tests="6" disabled="1" errors="0" failures="2">
        <testcase name="one &gt; two" classname="./tests/a_test.ts" time="0.001" line="1" col="6">
        </testcase>
        <testcase name="1 &lt; 2" classname="./tests/a_test.ts" time="0.000" line="2" col="6">
            <skipped/>
        </testcase>
        <testcase name="three" classname="./tests/a_test.ts" time="0.002" line="3" col="6">
            <failure message="1 test step failed">1 test step failed.</failure>
        </testcase>
        <testcase name="three &gt; step" classname="./tests/a_test.ts" time="0.000" line="3" col="4">
            <failure message="Uncaught Error: x&lt;y">Error: x&lt;y</failure>
        </testcase>
        <testcase name="four" classname="./tests/a_test.ts" time="0.002" line="4" col="6"/>
    </testsuite>
</testsuites>`;
  assertEquals(countTests(report), { passed: 2, failed: 1, skipped: ["tests/a_test.ts: 1 < 2"] });
});

Deno.test("countTests finds nothing in an empty report", () => {
  assertEquals(countTests(""), { passed: 0, failed: 0, skipped: [] });
});
