/**
 * @module
 * Sums up the JUnit report of `deno test`. Deno's own last line counts a `describe` as a test and an
 * `it` as a step; here only an `it` counts as a test.
 */

/** How many tests ended in which way. */
export interface TestSummary {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly TestFailure[];
}

/** A test that failed, or a `describe` of which a hook failed. */
export interface TestFailure {
  /** With the names of what it is in: `a > b > c`. */
  readonly name: string;
  /** What it threw, with the place. */
  readonly error: string;
}

/** Sums up a report: the test cases that contain no others. */
export function summarizeReport(junit: string): TestSummary {
  const cases = [...junit.matchAll(/<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs)]
    .map(([, name = "", body = ""]) => ({ name, body }));
  const parents = new Set(cases.flatMap(({ name }) => ancestors(name)));

  const failures: TestFailure[] = [];
  let [passed, skipped] = [0, 0];
  for (const { name, body } of cases) {
    const failure = /<(?:failure|error) message="([^"]*)">(.*)<\//s.exec(body);
    if (failure !== null) {
      const [, message = "", error = ""] = failure;
      // A describe fails with its tests, which are counted, or by itself in a hook, which is not.
      if (parents.has(name) && /^\d+ test steps? failed/.test(message)) continue;
      failures.push({ name: decodeXml(name), error: decodeXml(error) });
    } else if (parents.has(name)) continue;
    else if (body.includes("<skipped")) skipped++;
    else passed++;
  }
  return { passed, skipped, failures };
}

function decodeXml(text: string): string {
  return text.replace(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity);
}

const ENTITIES: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

/** `a > b > c` is inside `a` and inside `a > b`. */
function ancestors(name: string): string[] {
  const parts = name.split(SEPARATOR);
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(SEPARATOR));
}

const SEPARATOR = " &gt; ";
