import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { summarizeReport } from "./summarize_report.ts";

const FAILURE = '<failure message="Uncaught Error: no">no</failure>';
const STEP_FAILURE = '<failure message="1 test step failed">1 test step failed.</failure>';

function report(cases: [name: string, body: string][]): string {
  return cases.map(([name, body]) =>
    `<testcase name="${name.replaceAll(">", "&gt;")}" classname="x" time="0">\n${body}\n</testcase>`
  ).join("\n");
}

describe("summarizeReport()", () => {
  const cases: { name: string; report: string; expected: [number, number, number] }[] = [
    { name: "an empty report", report: "", expected: [0, 0, 0] },
    { name: "a test that stands alone", report: report([["a", ""]]), expected: [1, 0, 0] },
    {
      name: "tests, not what groups them",
      report: report([["a", ""], ["a > b", ""], ["a > b > c", ""], ["a > d", ""]]),
      expected: [2, 0, 0],
    },
    {
      name: "a failed test once, not its groups too",
      report: report([["a", STEP_FAILURE], ["a > b", FAILURE], ["a > c", ""]]),
      expected: [1, 1, 0],
    },
    {
      name: "a group that fails by itself",
      report: report([["a", FAILURE], ["a > b", ""]]),
      expected: [1, 1, 0],
    },
    {
      name: "skipped tests apart",
      report: report([["a", ""], ["a > b", "<skipped/>"]]),
      expected: [0, 0, 1],
    },
    {
      name: "a name that only begins like a group's",
      report: report([["a", ""], ["ab", ""]]),
      expected: [2, 0, 0],
    },
  ];
  for (const { name, report, expected: [passed, failed, skipped] } of cases) {
    it(`counts ${name}`, () => {
      const summary = summarizeReport(report);
      expect([summary.passed, summary.failures.length, summary.skipped])
        .toEqual([passed, failed, skipped]);
    });
  }

  it("names the innermost test that ran when its process was stopped, and does not count it as skipped", () => {
    const { passed, skipped, cancelled } = summarizeReport(`
      <testcase name="a" classname="./a_test.ts" time="0.0">\n<error message="Cancelled"/></testcase>
      <testcase name="a &gt; b" classname="x" time="0.0">\n</testcase>
      <testcase name="a &gt; c" classname="x" time="0.0">\n<skipped/></testcase>
      <testcase name="a &gt; d" classname="x">\n<skipped/></testcase>
      <testcase name="a &gt; d &gt; e" classname="x">\n<skipped/></testcase>
    `);
    expect({ passed, skipped }).toEqual({ passed: 1, skipped: 1 });
    expect(cancelled).toEqual([
      { name: "a > d > e", error: "It ran, in ./a_test.ts, when its process was stopped" },
    ]);
  });

  it("names a group that was stopped in a hook, after all of its tests", () => {
    const { passed, cancelled } = summarizeReport(`
      <testcase name="a" classname="./a_test.ts" time="0.0">\n<error message="Cancelled"/></testcase>
      <testcase name="a &gt; b" classname="x" time="0.0">\n</testcase>
    `);
    expect(passed).toBe(1);
    expect(cancelled).toEqual([{
      name: "a",
      error: "It ran, in ./a_test.ts, when its process was stopped",
    }]);
  });

  it("says which tests failed, and why", () => {
    const failure =
      '<failure message="Uncaught Error: no &quot;a&quot;">Error: no &quot;a&quot;\n' +
      "    at file:///a_test.ts:8:33</failure>";
    const { failures } = summarizeReport(report([["a", STEP_FAILURE], ["a > &lt;b>", failure]]));
    expect(failures).toEqual([
      { name: "a > <b>", error: 'Error: no "a"\n    at file:///a_test.ts:8:33' },
    ]);
  });
});
