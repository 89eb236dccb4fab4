/**
 * `deno task bench`: how fast HTTP over Cassandra is, by the gateway and by what people would write in its
 * place. See docs/benchmarks.md.
 *
 *     deno task bench [--quick] [--only gateway,hono] [--work read-1,read-20] [--rounds 3] [--seconds 10]
 *                     [--rows 1000000] [--rates 1000,2000] [--output bench/results]
 *
 * `CASSANDRA_CONTACT_POINTS` names a cluster to run on, in a keyspace of its own that is dropped afterwards;
 * without it, the benchmark starts a node.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Contender, Prepared } from "./contenders/contender.ts";
import { CONTENDERS } from "./contenders/contenders.ts";
import { versionOf } from "./load/run_program.ts";
import { measureLoop } from "./measure/measure_loop.ts";
import { measureServer, type Round, type RoundOptions } from "./measure/measure_server.ts";
import { setStage, type Stage } from "./measure/stage.ts";
import { type BenchOptions, readOptions } from "./options.ts";
import { describeMachine } from "./result/machine.ts";
import type { ContenderResult, Measurement, Result } from "./result/result.ts";
import { writeReport } from "./result/report.ts";
import { runBench } from "./run_bench.ts";

/** What the peers need is kept here between runs. */
const TOOLS = fileURLToPath(new URL("../.dev/bench", import.meta.url));

/** A contender during a run. */
interface Entry {
  readonly contender: Contender;
  prepared: Prepared | null;
  leftOut: string | null;
  readonly rounds: Round[];
}

async function bench(options: BenchOptions): Promise<Result> {
  const startedAt = new Date();
  await using stack = new AsyncDisposableStack();
  if (await versionOf("wrk", ["-v"]) === null) {
    throw new Error("Cannot run the benchmark: wrk is not installed");
  }
  const stage = await setStage(options, stack);
  const entries = CONTENDERS.filter(({ name }) => options.contenders.includes(name))
    .map((contender): Entry => ({ contender, prepared: null, leftOut: null, rounds: [] }));
  await Deno.mkdir(TOOLS, { recursive: true });
  for (const entry of entries) await prepare(entry, stage);
  const oha = await findProgram("oha");
  if (oha === null && options.rates.length > 0) say("No open loop: oha is not installed");
  await warmUpNode(entries, { ...options, stage, round: -1, oha: null });
  for (let round = 0; round < options.rounds; round++) {
    // Each round begins with another, so that nobody has the machine in its best state each time.
    const turn = round % entries.length;
    for (const entry of [...entries.slice(turn), ...entries.slice(0, turn)]) {
      if (entry.prepared === null) continue;
      say(`Round ${round + 1} of ${options.rounds}: ${entry.contender.title}`);
      const measure = entry.contender.does === "limit" ? measureLoop : measureServer;
      try {
        entry.rounds.push(
          await measure(entry.contender, entry.prepared, { ...options, stage, round, oha }),
        );
      } catch (error) {
        leaveOut(entry, error);
      }
    }
  }
  return {
    format: 1,
    startedAt: startedAt.toISOString(),
    tookSeconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
    machine: await describeMachine(stage.cassandraVersion, oha),
    options: {
      rounds: options.rounds,
      secondsOfWork: options.seconds,
      rowsOfTransfer: options.rowsOfTransfer,
    },
    works: options.works.map(({ name, title }) => ({ name, title })),
    contenders: entries.map(describeEntry),
    measurements: entries.flatMap(({ rounds }): readonly Measurement[] =>
      rounds.flatMap(({ measurements }) => measurements)
    ),
  };
}

/** Cassandra's compilers need their time too, which the first contender would pay for: one round does not count. */
async function warmUpNode(entries: readonly Entry[], options: RoundOptions): Promise<void> {
  const [entry] = entries.filter(({ contender, prepared }) =>
    contender.does !== "limit" && prepared !== null
  );
  const works = options.works.filter(({ kind }) => kind === "requests");
  if (entry === undefined || works.length === 0) return;
  say(`Warming up Cassandra: ${entry.contender.title}`);
  try {
    await measureServer(entry.contender, entry.prepared!, { ...options, works });
  } catch (error) {
    leaveOut(entry, error);
  }
}

async function prepare(entry: Entry, stage: Stage): Promise<void> {
  say(`Preparing ${entry.contender.title}`);
  try {
    entry.prepared = await entry.contender.prepare(TOOLS, stage.settings);
  } catch (error) {
    leaveOut(entry, error);
  }
}

/** A program on the path, or where `cargo install --root .dev/bench` puts it. */
async function findProgram(name: string): Promise<string | null> {
  for (const program of [name, `${TOOLS}/bin/${name}`]) {
    if (await versionOf(program) !== null) return program;
  }
  return null;
}

function leaveOut(entry: Entry, error: unknown): void {
  entry.prepared = null;
  const message = error instanceof Error ? error.message : String(error);
  // The result names no place on this machine.
  entry.leftOut = message.split("\n")[0]!.replaceAll(/(?<![\w.])\/[^\s"]+/g, "…");
  say(`${entry.contender.title} is left out: ${message}`);
}

function describeEntry({ contender, prepared, leftOut, rounds }: Entry): ContenderResult {
  const { name, title, does } = contender;
  return {
    name,
    title,
    does,
    versions: prepared?.versions ?? {},
    leftOut,
    readyMs: rounds.flatMap(({ readyMs }) => readyMs ?? []),
    peakMemoryBytes: rounds.map(({ peakMemoryBytes }) => peakMemoryBytes),
    memory: rounds.at(-1)?.memory ?? [],
  };
}

function say(line: string): void {
  console.error(line);
}

if (import.meta.main) {
  await runBench("bench", async () => {
    const options = readOptions(Deno.args);
    const result = await bench(options);
    const { folder, markdown } = await writeReport(result, options.output);
    console.log(markdown);
    say(`Written to ${folder}`);
  });
}
