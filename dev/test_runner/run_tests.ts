/**
 * @module
 * `deno task test [arguments of deno test]`: runs the tests with one real Cassandra for all of them,
 * says at the end which failed and how many passed, and leaves nothing behind. Without arguments, all tests run, in
 * processes beside each other: tests of the whole service wait for most of their time. A test that waits forever is
 * stopped, and named.
 */

import { TEST_CONTACT_POINTS, withTestCassandra } from "../cassandra/test_cluster.ts";
import { describeOutcome } from "./describe_outcome.ts";
import { runProcess } from "./run_process.ts";

/** Those of the whole service that take half of the time of all such tests. */
const FIRST_HALF = ["cassandra", "openapi", "projects", "schema", "security"]
  .map((directory) => `tests/${directory}`);

/**
 * The arguments of the processes that run every test, the one that takes longest first. Each would check the types of
 * nearly all of the code: `deno task ok` does that once.
 */
const ALL_TESTS = [FIRST_HALF, ["tests", `--ignore=${FIRST_HALF}`], ["--ignore=tests"]]
  .map((args) => ["--no-check", ...args]);

/** For so long no single test takes; the longest takes a minute. Who debugs or watches takes longer. */
const SILENCE_LIMIT_S = Number(Deno.env.get("TEST_SILENCE_LIMIT_S") ?? 600);
const TAKES_LONGER = /^--(inspect|watch)/;

/** Runs `deno test` and resolves to its exit code. */
async function runTests(args: string[], signal: AbortSignal): Promise<number> {
  const cassandra = await withTestCassandra();
  // Temporary folders go here too, for tests that are interrupted do not remove theirs.
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  const options = {
    env: { [TEST_CONTACT_POINTS]: cassandra.contactPoint, TMPDIR: directory },
    signal,
    silenceLimitS: args.some((arg) => TAKES_LONGER.test(arg)) ? Infinity : SILENCE_LIMIT_S,
  };
  try {
    signal.throwIfAborted();
    const runs = (args.length > 0 ? [args] : ALL_TESTS).map((args, index) => ({
      args,
      report: `${directory}/report-${index}.xml`,
      output: `${directory}/output-${index}`,
      // Only the first writes to the terminal; the others' output follows once it has ended.
      isShown: index === 0,
    }));
    const outcomes = await Promise.all(runs.map((run) => runProcess(run, options)));
    signal.throwIfAborted();
    for (const { output } of runs.slice(1)) await printFile(output);
    console.log(describeOutcome(outcomes));
    return Math.max(...outcomes.map(({ code }) => code));
  } finally {
    await cassandra.close();
    await Deno.remove(directory, { recursive: true });
  }
}

async function printFile(path: string): Promise<void> {
  const file = await Deno.open(path);
  await file.readable.pipeTo(Deno.stdout.writable, { preventClose: true });
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
