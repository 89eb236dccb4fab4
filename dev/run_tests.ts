/**
 * @module
 * `deno task test [arguments of deno test]`: runs the tests with one real Cassandra for all of them,
 * says at the end which failed and how many passed, and leaves nothing behind. Without arguments, all tests run, in
 * processes beside each other: tests of the whole service wait for most of their time.
 */

import { TEST_CONTACT_POINTS, withTestCassandra } from "./cassandra/test_cluster.ts";
import { summarizeReport } from "./summarize_report.ts";

/** Those of the whole service that take half of the time of all such tests. */
const FIRST_HALF = ["cassandra", "openapi", "projects", "schema", "security"]
  .map((directory) => `tests/${directory}`);

/**
 * The arguments of the processes that run every test, the one that takes longest first. Each would check the types of
 * nearly all of the code: `deno task ok` does that once.
 */
const ALL_TESTS = [FIRST_HALF, ["tests", `--ignore=${FIRST_HALF}`], ["--ignore=tests"]]
  .map((args) => ["--no-check", ...args]);

/** Runs `deno test` and resolves to its exit code. */
async function runTests(args: string[], signal: AbortSignal): Promise<number> {
  const cassandra = await withTestCassandra();
  // Temporary folders go here too, for tests that are interrupted do not remove theirs.
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  const env = { [TEST_CONTACT_POINTS]: cassandra.contactPoint, TMPDIR: directory };
  try {
    signal.throwIfAborted();
    const runs = (args.length > 0 ? [args] : ALL_TESTS).map((args, index) => ({
      args,
      report: `${directory}/report-${index}.xml`,
      // Only the first writes to the terminal; the others' output follows once it has ended.
      output: index === 0 ? null : `${directory}/output-${index}`,
    }));
    const codes = await Promise.all(runs.map((run) => runProcess(run, { env, signal })));
    signal.throwIfAborted();
    for (const { output } of runs) {
      if (output !== null) await printFile(output);
    }
    const code = Math.max(...codes);
    const reports = await Promise.all(runs.map(({ report }) => Deno.readTextFile(report)));
    console.log(describeOutcome(reports, code));
    return code;
  } finally {
    await cassandra.close();
    await Deno.remove(directory, { recursive: true });
  }
}

interface TestRun {
  readonly args: readonly string[];
  /** The file for the JUnit report. */
  readonly report: string;
  /** The file for what it prints; null for the terminal. */
  readonly output: string | null;
}

async function runProcess(
  { args, report, output }: TestRun,
  { env, signal }: { readonly env: Record<string, string>; readonly signal: AbortSignal },
): Promise<number> {
  // Where a file does not compile, deno test writes none.
  await Deno.writeTextFile(report, "");
  const test = ["test", "-A", `--junit-path=${report}`, ...args];
  // The shell keeps both streams in their order.
  const [command, commandArgs] = output === null
    ? [Deno.execPath(), test]
    : ["sh", ["-c", 'exec "$@" >"$0" 2>&1', output, Deno.execPath(), ...test]];
  const { code } = await new Deno.Command(command, { args: commandArgs, env, signal })
    .spawn().status;
  return code;
}

async function printFile(path: string): Promise<void> {
  const file = await Deno.open(path);
  await file.readable.pipeTo(Deno.stdout.writable, { preventClose: true });
}

/** The failures of all reports, for who reads only the end of a long log, and the line that counts. */
function describeOutcome(reports: readonly string[], code: number): string {
  const summaries = reports.map(summarizeReport);
  const failures = summaries.flatMap((summary) => summary.failures);
  const passed = summaries.reduce((sum, summary) => sum + summary.passed, 0);
  const skipped = summaries.reduce((sum, summary) => sum + summary.skipped, 0);
  const counts = `${passed} passed, ${failures.length} failed` +
    (skipped > 0 ? `, ${skipped} skipped` : "");
  return [
    ...failures.map(({ name, error }) => `FAILED: ${name}\n${error}\n`),
    code !== 0 && failures.length === 0
      ? `${counts}, but deno test ended with code ${code}: see above`
      : counts,
  ].join("\n");
}

if (import.meta.main) {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => interruption.abort(new Error(`Interrupted by ${signal}`)));
  }
  try {
    Deno.exit(await runTests(Deno.args, interruption.signal));
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
