/**
 * @module
 * `deno task test [arguments of deno test]`: runs the tests with one real Cassandra for all of them,
 * ends with a line that counts them, and leaves nothing behind.
 */

import { TEST_CONTACT_POINTS, withTestCassandra } from "./cassandra/test_cluster.ts";
import { summarizeReport } from "./summarize_report.ts";

/** Runs `deno test` and resolves to its exit code. */
async function runTests(args: string[], signal: AbortSignal): Promise<number> {
  const cassandra = await withTestCassandra();
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  const report = `${directory}/report.xml`;
  // Where a file does not compile, deno test writes none.
  await Deno.writeTextFile(report, "");
  try {
    signal.throwIfAborted();
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", `--junit-path=${report}`, ...args],
      // Temporary folders go here too, for tests that are interrupted do not remove theirs.
      env: { [TEST_CONTACT_POINTS]: cassandra.contactPoint, TMPDIR: directory },
      signal,
    }).spawn().status;
    signal.throwIfAborted();
    console.log(describeOutcome(await Deno.readTextFile(report), code));
    return code;
  } finally {
    await cassandra.close();
    await Deno.remove(directory, { recursive: true });
  }
}

function describeOutcome(report: string, code: number): string {
  const { passed, failed, skipped } = summarizeReport(report);
  const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  return code !== 0 && failed === 0
    ? `${counts}, but deno test ended with code ${code}: see above`
    : counts;
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
