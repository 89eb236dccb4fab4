/**
 * `deno task bench:overload`: what is answered when more is asked for than can be. For reads of 1, 20 and 200 rows the peak is
 * found in a closed loop; then 1,000 callers ask for one, two and four times as much in an open loop, once as callers
 * who wait as long as `Retry-After` says, and once as callers who do not. The last lines are medians of all rounds.
 * Needs Go.
 *
 *     CASSANDRA_CONTACT_POINTS=… deno task bench:overload [--seconds 4] [--rows 1,20,200] [--callers 1000]
 *                                [--times 1,2,4] [--rounds 3] [--limit adaptive]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { count, counts } from "../options.ts";
import { runBench } from "../run_bench.ts";
import { buildCallers, type CallersReport, type RunCallers } from "./callers.ts";
import { type OwnProject, startOwnProject } from "./own_project.ts";
import { type ProbeReport, startProbes } from "./probes.ts";

const PROJECT = {
  migration: "CREATE TABLE samples (list text, id int, value double, PRIMARY KEY (list, id));\n",
  queries: `-- name: list_samples :many
-- @route GET /samples/{list}
-- @public
-- @page size=100 max=1000
SELECT id, value FROM samples WHERE list = :list;

-- name: get_sample :one
-- @route GET /samples/{list}/{id}
-- @public
SELECT id, value FROM samples WHERE list = :list AND id = :id;
`,
};

/** What callers choose from (`callers/main.go`). */
const LISTS = 300;
const ROWS = 200;
/** The peak is the fewest callers with nearly the most answers: more of them only wait for each other. */
const NEARLY = 0.97;

/** It grows no more if the best rate was not beaten by so much in so many measurements. */
const GROWS = 1.03;
const STEADY = 4;
const MAX_WARM_UP_MS = 120_000;

interface BenchOptions {
  readonly seconds: number;
  readonly rows: readonly number[];
  readonly callers: number;
  readonly times: readonly number[];
  readonly rounds: number;
  readonly steps: readonly number[];
  readonly limit: string;
}

interface Run extends CallersReport {
  readonly goodput: number;
  readonly probes: ProbeReport;
  /** How much of a processor the service took. */
  readonly cpuShare: number;
  readonly callersCpuShare: number;
}

async function bench(
  { seconds, rows, callers, times, rounds, steps: closedLoops, limit }: BenchOptions,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-callers-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const runCallers = await buildCallers(folder);
  const service = await startOwnProject({
    ...PROJECT,
    // All callers share an address here, which the share of one caller would keep at a quarter.
    env: { MAX_IN_FLIGHT_PER_CALLER: "0", IN_FLIGHT_LIMIT: limit, LOG_LEVEL: "info" },
  }, stack);
  await fill(service);
  const run = (options: Parameters<RunCallers>[0]) => measure(service, { runCallers, options });
  for (const count of rows) {
    const url = `${service.url}${pathOf(count)}`;
    const closed = { url, rate: 0, obey: false, warmupSeconds: 1, seconds: seconds / 2 };
    await warmUp(run, closed);
    const steps: (Run & { readonly callers: number })[] = [];
    for (const callers of closedLoops) {
      steps.push({ callers, ...await run({ ...closed, callers }) });
    }
    const most = Math.max(...steps.map(({ goodput }) => goodput));
    const peak = steps.find(({ goodput }) => goodput >= NEARLY * most)!;
    for (const step of steps) say(`${count} rows, ${step.callers} callers`, step, peak);
    // Measured again after each of the others, as the machine may do more or less meanwhile.
    let former: Run = await run({ ...closed, callers: peak.callers });
    say(`${count} rows, peak`, former, former);
    const kinds = times.flatMap((factor) => [true, false].map((obey) => ({ factor, obey })));
    const found = kinds.map((): Overload[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, { factor, obey }] of kinds.entries()) {
        const rate = factor * former.goodput;
        const over = await run({ url, callers, obey, rate, warmupSeconds: 3, seconds });
        const limit = await service.metric("cqlgate_load_limit");
        const next = await run({ ...closed, callers: peak.callers });
        const around = {
          goodput: (former.goodput + next.goodput) / 2,
          p99Ms: (former.p99Ms + next.p99Ms) / 2,
        };
        say(`${count} rows, ${nameOf(factor, obey)}, limit ${limit}`, over, around);
        say(`${count} rows, peak`, next, around);
        found[index]!.push({ over, around });
        former = next;
      }
    }
    for (const [index, { factor, obey }] of kinds.entries()) {
      summarize(`${count} rows, ${nameOf(factor, obey)}`, found[index]!);
    }
  }
}

/** A measurement beyond the peak, and the peak before and after it. */
interface Overload {
  readonly over: Run;
  readonly around: Pick<Run, "goodput" | "p99Ms">;
}

function nameOf(factor: number, obey: boolean): string {
  return `${factor} × the peak, ${obey ? "obedient" : "stubborn"}`;
}

function summarize(what: string, found: readonly Overload[]): void {
  const spread = (figureOf: (each: Overload) => number, digits: number) => {
    const figures = found.map(figureOf).sort((one, other) => one - other);
    const shown = [figures[figures.length >> 1]!, figures[0]!, figures.at(-1)!];
    const [median, least, most] = shown.map((figure) => figure.toFixed(digits));
    return `${median} (${least} to ${most})`;
  };
  const parts = [
    `${spread(({ over, around }) => over.goodput / around.goodput, 2)} of the peak`,
    `p99 ${spread(({ over, around }) => over.p99Ms / around.p99Ms, 2)} × the peak's`,
    `p99 ${spread(({ over }) => over.p99Ms, 0)} ms`,
    `${spread(({ over }) => over.refused / over.seconds, 0)} refusals/s`,
    `slowest probe ${spread(({ over }) => over.probes.slowestMs, 0)} ms`,
  ];
  console.log(`${what}, ${found.length} rounds: ${parts.join("; ")}`);
}

type Measure = (options: Parameters<RunCallers>[0]) => Promise<Run>;

/**
 * Until the rate grows no more: V8 and the JVM compile for a minute or more, and a peak that is measured before that is
 * half of what it becomes.
 */
async function warmUp(
  run: Measure,
  closed: Omit<Parameters<RunCallers>[0], "callers">,
): Promise<void> {
  const until = performance.now() + MAX_WARM_UP_MS;
  let best = 0;
  for (let since = 0; since < STEADY && performance.now() < until; since++) {
    const { goodput } = await run({ ...closed, callers: 32 });
    if (goodput < GROWS * best) continue;
    best = goodput;
    since = -1;
  }
}

function pathOf(rows: number): string {
  return rows === 1 ? "/samples/{list}/{id}" : `/samples/{list}?limit=${rows}`;
}

async function fill({ client }: OwnProject): Promise<void> {
  for (let list = 0; list < LISTS; list++) {
    const rows = Array.from({ length: ROWS }, (_, id) => ({
      query: "INSERT INTO samples (list, id, value) VALUES (?, ?, ?)",
      params: [`${list}`, id, id / 3],
    }));
    await client.batch(rows, { prepare: true, logged: false });
  }
}

async function measure(
  service: OwnProject,
  { runCallers, options }: {
    readonly runCallers: RunCallers;
    readonly options: Parameters<RunCallers>[0];
  },
): Promise<Run> {
  const probes = startProbes(service.url);
  const before = await service.usage();
  const startedAt = performance.now();
  const report = await runCallers(options);
  const tookSeconds = (performance.now() - startedAt) / 1_000;
  const { cpuSeconds } = await service.usage();
  return {
    ...report,
    callersCpuShare: report.cpuSeconds / tookSeconds,
    goodput: report.accepted / report.seconds,
    cpuShare: (cpuSeconds - before.cpuSeconds) / tookSeconds,
    probes: await probes.stop(),
  };
}

function say(what: string, run: Run, peak: Pick<Run, "goodput" | "p99Ms">): void {
  const { goodput, p50Ms, p99Ms, refused, refusalP50Ms, failed, probes, cpuShare } = run;
  const parts = [
    `${Math.round(goodput)} answers/s (${(goodput / peak.goodput).toFixed(2)} of the peak)`,
    `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (${
      (p99Ms / peak.p99Ms).toFixed(2)
    } × the peak's)`,
    `${Math.round(refused / run.seconds)} refusals/s, p50 ${refusalP50Ms.toFixed(1)} ms`,
    ...failed === 0 ? [] : [`${failed} failed`],
    `probes p50 ${probes.p50Ms.toFixed(1)} ms, slowest ${
      probes.slowestMs.toFixed(1)
    } ms, ${probes.failed} of ${probes.count} failed`,
    `${Math.round(goodput / cpuShare)} answers per processor second`,
    `processor ${cpuShare.toFixed(2)} service, ${run.callersCpuShare.toFixed(2)} callers`,
  ];
  console.log(`${what}: ${parts.join("; ")}`);
}

if (import.meta.main) {
  await runBench("bench:overload", async () => {
    const { values } = parseArgs({
      options: {
        seconds: { type: "string", default: "4" },
        rows: { type: "string", default: "1,20,200" },
        callers: { type: "string", default: "1000" },
        times: { type: "string", default: "1,2,4" },
        rounds: { type: "string", default: "3" },
        steps: { type: "string", default: "4,8,16,32,64,128" },
        limit: { type: "string", default: "adaptive" },
      },
    });
    const { seconds, rows, callers, times, rounds, steps, limit } = values;
    await bench({
      seconds: count("seconds", seconds),
      rows: counts("rows", rows),
      callers: count("callers", callers),
      times: counts("times", times),
      rounds: count("rounds", rounds),
      steps: counts("steps", steps),
      limit,
    });
  });
}
