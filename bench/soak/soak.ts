/**
 * `deno task bench:soak`: minutes of a steady mix of requests, and whether memory and latency stay where they were. It
 * prints a line for each tenth of the time.
 *
 *     CASSANDRA_CONTACT_POINTS=… deno task bench:soak [--minutes 10]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { quantilesOf } from "../load/quantiles.ts";
import { type OwnProject, startOwnProject } from "../overload/own_project.ts";
import { runBench } from "../run_bench.ts";
import { type Answered, callMixed, fillList, type Kind, KINDS, PROJECT } from "./mixed_load.ts";

const PARTS = 10;
/** Until compilers and caches are warm; not counted. */
const WARM_UP_MS = 30_000;

const TITLES = [
  ...["until", "resident", "heap used", "outside the heap"],
  ...["read p50", "p99", "write p50", "p99", "stream p50", "requests", "failures"],
];

async function bench(minutes: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const service = await startOwnProject({
    ...PROJECT,
    // All callers share an address here.
    env: { MAX_IN_FLIGHT_PER_CALLER: "0" },
  }, stack);
  await fillList(service.url);

  const ending = new AbortController();
  let answers: Answered[] = [];
  const calling = callMixed(service.url, {
    signal: ending.signal,
    onAnswer: (answered) => answers.push(answered),
  });
  await pause(Math.min(WARM_UP_MS, minutes * 30_000));
  const failures: Record<Kind, number> = { read: 0, write: 0, stream: 0, upload: 0, refused: 0 };
  printRow(TITLES);
  printRow(TITLES.map(() => "---"));
  for (let part = 1; part <= PARTS; part++) {
    answers = [];
    await pause(minutes * 60_000 / PARTS);
    const measured = answers;
    printRow([minutesText(minutes * part / PARTS), ...await describe(measured, service)]);
    for (const { kind, isAsExpected } of measured) if (!isAsExpected) failures[kind]++;
  }
  ending.abort();
  await calling;
  console.log(`Failures: ${KINDS.map((kind) => `${failures[kind]} × ${kind}`).join(", ")}`);
}

async function describe(answers: readonly Answered[], { metric }: OwnProject): Promise<string[]> {
  const mib = async (name: string) => `${Math.round(await metric(name) / 2 ** 20)} MiB`;
  const of = (kind: Kind) =>
    quantilesOf(answers.filter((each) => each.kind === kind).map(({ ms }) => ms));
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const [read, write, stream] = [of("read"), of("write"), of("stream")];
  return [
    await mib("process_resident_memory_bytes"),
    await mib("cqlgate_heap_used_bytes"),
    await mib("cqlgate_external_memory_bytes"),
    ...[read.p50, read.p99, write.p50, write.p99, stream.p50].map(ms),
    `${answers.length}`,
    `${answers.filter(({ isAsExpected }) => !isAsExpected).length}`,
  ];
}

const minutesText = (minutes: number) => `${Math.round(minutes * 10) / 10} min`;
const printRow = (cells: readonly string[]) => console.log(`| ${cells.join(" | ")} |`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (import.meta.main) {
  await runBench("bench:soak", async () => {
    const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });
    const minutes = Number(values.minutes);
    if (!(minutes > 0)) throw new TypeError(`Cannot soak for "${values.minutes}" minutes`);
    await bench(minutes);
  });
}
