/**
 * `deno task test [arguments of deno test]`: runs the tests with one real Cassandra for all of them,
 * says at the end which failed and how many passed, and leaves nothing behind. Without arguments, all tests run, in a
 * process for each folder, a few at a time. A test that waits forever is stopped, and named.
 *
 * @module
 */
import { TEST_CONTACT_POINTS, withTestCassandra } from "../cassandra/test_cluster.ts";
import { heedToolHelp } from "../usage.ts";
import { describeOutcome, type ProcessOutcome } from "./describe_outcome.ts";
import { type RunOptions, runProcess } from "./run_process.ts";

/** Folders whose tests take long, the longest first, so that the processes end at about the same time. */
const LONG = [
  "tests/openapi",
  "tests/cassandra",
  "tests/security",
  "tests/schema",
  "tests/projects",
  "tests/http",
  "db",
  "tests/tasks",
  "tests/statements",
  "tests/audit",
  "tests/auth",
  "tests/bulk",
  "tests/load",
  "tests/paging",
  "tests/deploy",
  "routes",
  "tests/observability",
  "tests/edge",
  "tests/quotas",
  "dev",
  "tests/lifecycle",
  "guardrails",
  "tests/values",
];

/**
 * The arguments of the processes that run every test. Each would check the types of nearly all of the code: `deno task
 * ok` does that once.
 */
const ALL_TESTS = [...LONG.map((folder) => [folder]), [`--ignore=${LONG}`]]
  .map((args) => ["--no-check", ...args]);

/** How many of them run at the same time: tests of the whole service spend much of their time waiting. */
const CONCURRENCY = 3;

/** No single test takes this long: the longest takes a minute. Debugging and watching take longer. */
const SILENCE_LIMIT_S = Number(Deno.env.get("TEST_SILENCE_LIMIT_S") ?? 600);
const TAKES_LONGER = /^--(inspect|watch)/;

/** Runs `deno test` and resolves to its exit code. */
async function runTests(args: string[], signal: AbortSignal): Promise<number> {
  const cassandra = await withTestCassandra();
  // Temporary folders go here too, since interrupted tests do not remove theirs.
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  const options = {
    env: { [TEST_CONTACT_POINTS]: cassandra.contactPoint, TMPDIR: directory },
    signal,
    directory,
    silenceLimitS: args.some((arg) => TAKES_LONGER.test(arg)) ? Infinity : SILENCE_LIMIT_S,
  };
  try {
    signal.throwIfAborted();
    const outcomes = await runBatches(args.length > 0 ? [args] : ALL_TESTS, options);
    for (const { output } of outcomes.filter(({ isShown }) => !isShown)) console.log(output);
    console.log(describeOutcome(outcomes));
    return Math.max(...outcomes.map(({ code }) => code));
  } finally {
    await cassandra.close();
    await Deno.remove(directory, { recursive: true });
  }
}

/** Runs `deno test` with each of the arguments, as soon as there is a place for one more. */
async function runBatches(
  batches: readonly (readonly string[])[],
  options: RunOptions,
): Promise<(ProcessOutcome & { readonly isShown: boolean })[]> {
  const outcomes: (ProcessOutcome & { readonly isShown: boolean })[] = [];
  const queue = batches.entries();
  async function work(place: number): Promise<void> {
    // Only the first place writes to the terminal; the others' output follows at the end.
    const isShown = place === 0;
    for (const [index, args] of queue) {
      outcomes.push({ isShown, ...await runProcess({ name: `${index}`, args, isShown }, options) });
      options.signal.throwIfAborted();
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, place) => work(place)));
  return outcomes;
}

if (import.meta.main) {
  heedToolHelp("test");
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
