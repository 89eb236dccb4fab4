/**
 * @module
 * Counts tests from the JUnit report of `deno test`. Deno's own last line counts a `describe` as a
 * test and an `it` as a step; here only an `it` counts as a test.
 */

/** How many tests ended in which way. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts the tests of a report: the test cases that contain no others. */
export function summarizeReport(junit: string): TestCounts {
  const cases = [...junit.matchAll(/<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs)]
    .map(([, name = "", body = ""]) => ({ name, body }));
  const parents = new Set(cases.flatMap(({ name }) => ancestors(name)));

  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, body } of cases) {
    const failed = body.includes("<failure") || body.includes("<error");
    if (parents.has(name)) {
      // A describe fails with its tests, which are counted, or by itself in a hook, which is not.
      if (failed && !/<failure message="\d+ test steps? failed/.test(body)) counts.failed++;
    } else if (failed) counts.failed++;
    else if (body.includes("<skipped")) counts.skipped++;
    else counts.passed++;
  }
  return counts;
}

/** `a > b > c` is inside `a` and inside `a > b`. */
function ancestors(name: string): string[] {
  const parts = name.split(SEPARATOR);
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(SEPARATOR));
}

const SEPARATOR = " &gt; ";
