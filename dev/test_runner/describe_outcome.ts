/**
 * How the tests of all processes ended, in words: the failures again, for those who read only the end of a
 * long log, and a last line that counts.
 *
 * @module
 */
import { summarizeReport, type TestFailure } from "./summarize_report.ts";

/** The outcome of one process of `deno test`. */
export interface ProcessOutcome {
  readonly code: number;
  /** How many seconds it had printed nothing when it was stopped; null if it ended by itself. */
  readonly silentS: number | null;
  /** The JUnit report; empty if it wrote none. */
  readonly report: string;
  /** What it printed. */
  readonly output: string;
}

/** The failures, and how many tests ended in which way. */
export function describeOutcome(processes: readonly ProcessOutcome[]): string {
  const summaries = processes.map((process) => summarizeProcess(process));
  const failures = summaries.flatMap((summary) => summary.failures);
  const passed = summaries.reduce((sum, summary) => sum + summary.passed, 0);
  const skipped = summaries.reduce((sum, summary) => sum + summary.skipped, 0);
  const counts = `${passed} passed, ${failures.length} failed` +
    (skipped > 0 ? `, ${skipped} skipped` : "");
  const code = Math.max(...processes.map((process) => process.code));
  return [
    ...failures.map(({ name, error }) => `FAILED: ${name}\n${error}\n`),
    code !== 0 && failures.length === 0
      ? `${counts}, but deno test ended with code ${code}: see above`
      : counts,
  ].join("\n");
}

function summarizeProcess({ report, silentS, output }: ProcessOutcome) {
  const { passed, skipped, failures, cancelled } = summarizeReport(report);
  if (silentS === null) return { passed, skipped, failures: [...failures, ...cancelled] };

  const reason = `deno test printed nothing for ${silentS} seconds and was stopped: ` +
    "tests after this one did not run";
  const stopped: readonly TestFailure[] = cancelled.length > 0
    ? cancelled.map(({ name, error }) => ({ name, error: `${error}\n${reason}` }))
    // A file that was never imported is in no report.
    : [{ name: `What follows ${lastFile(output) ?? "the start of deno test"}`, error: reason }];
  return { passed, skipped, failures: [...failures, ...stopped] };
}

/** The file of tests that was begun last. */
function lastFile(output: string): string | undefined {
  // deno-lint-ignore no-control-regex -- it may print in colours
  return [...output.matchAll(/running \d+ tests? from ([^\s\x1b]+)/g)].at(-1)?.[1];
}
