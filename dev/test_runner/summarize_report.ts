/**
 * Sums up the JUnit report of `deno test`. Deno's own last line counts a `describe` as a test and an
 * `it` as a step; here only an `it` counts as a test.
 *
 * @module
 */

/** How many tests ended in which way. */
export interface TestSummary {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly TestFailure[];
  /** What ran when the process was stopped. */
  readonly cancelled: readonly TestFailure[];
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
  const cases = [...junit.matchAll(CASE)]
    .map(([, name = "", attributes = "", body = ""]) => ({ name, attributes, body }));
  const parents = new Set(cases.flatMap(({ name }) => ancestors(name)));
  const isOpen = openCases(cases);

  const failures: TestFailure[] = [];
  const cancelled: TestFailure[] = [];
  let [passed, skipped] = [0, 0];
  for (const testCase of cases) {
    const { name, body } = testCase;
    const failure = /<(?:failure|error) message="([^"]*)">(.*)<\//s.exec(body);
    if (isOpen(testCase)) continue;
    if (isCancelled(testCase)) cancelled.push(describeCancelled(testCase, cases.filter(isOpen)));
    else if (failure !== null) {
      const [, message = "", error = ""] = failure;
      // A describe fails with its tests, which are counted, or by itself in a hook, which is not.
      if (parents.has(name) && /^\d+ test steps? failed/.test(message)) continue;
      failures.push({ name: decodeXml(name), error: decodeXml(error) });
    } else if (parents.has(name)) continue;
    else if (body.includes("<skipped")) skipped++;
    else passed++;
  }
  return { passed, skipped, failures, cancelled };
}

interface TestCase {
  readonly name: string;
  readonly attributes: string;
  readonly body: string;
}

const CASE = /<testcase name="([^"]*)"([^>]*)>(.*?)<\/testcase>/gs;

/** Deno says this of the test that runs while its process is told to stop, and nothing of what is in it. */
function isCancelled({ body }: TestCase): boolean {
  return body.includes('<error message="Cancelled"/>');
}

/** Whether a case has begun in a cancelled one, and has not ended: only such a case has no time. */
function openCases(cases: readonly TestCase[]): (testCase: TestCase) => boolean {
  const cancelled = new Set(cases.filter(isCancelled).map(({ name }) => name));
  return ({ name, attributes }) =>
    !/\btime="/.test(attributes) && ancestors(name).some((ancestor) => cancelled.has(ancestor));
}

/** The innermost of what has not ended is what ran. */
function describeCancelled(cancelled: TestCase, open: readonly TestCase[]): TestFailure {
  const { name } = open.findLast(({ name }) => ancestors(name).includes(cancelled.name)) ??
    cancelled;
  const file = /classname="([^"]*)"/.exec(cancelled.attributes)?.[1] ?? "";
  return {
    name: decodeXml(name),
    error: `It ran, in ${decodeXml(file)}, when its process was stopped`,
  };
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
