/**
 * `deno task bench:replicas`: how many requests one replica answers alone, one behind the balancer of the project, and
 * two behind it, on this machine. Needs `wrk` and `haproxy`.
 *
 *     deno task bench:replicas [--work read-1,read-20,read-200] [--rounds 3] [--seconds 3]
 *
 * `CASSANDRA_CONTACT_POINTS` names a cluster to run on; without it, a node is started.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { freePort } from "../../dev/ports.ts";
import { startBalancer } from "../../tests/deploy/balancer.ts";
import { CONTENDERS } from "../contenders/contenders.ts";
import { runClosedLoop } from "../load/closed_loop.ts";
import { type ServerProcess, startServer } from "../measure/server_process.ts";
import { setStage } from "../measure/stage.ts";
import { type BenchOptions, readOptions } from "../options.ts";
import { median } from "../result/summary.ts";
import { runBench } from "../run_bench.ts";

/** Where requests go. */
interface Entrance {
  readonly title: string;
  readonly url: string;
  readonly replicas: readonly ServerProcess[];
}

interface Figures {
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all replicas together, for a request. */
  readonly cpuUs: number;
}

const WARM_UP_PASSES = 6;

async function bench(options: BenchOptions): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const stage = await setStage(options, stack);
  const contender = CONTENDERS.find(({ name }) => name === "gateway")!;
  const { command, env, cwd } = await contender.prepare(stage.folder, stage.settings);
  const start = async (name: string) => {
    const replica = await startServer({
      command,
      env: { ...stage.settings, PORT: `${freePort()}`, ...env },
      ...(cwd === undefined ? {} : { cwd }),
      logFile: `${stage.folder}/${name}.log`,
    });
    stack.defer(() => replica.stop());
    return replica;
  };
  const [first, second] = [await start("first"), await start("second")];
  const alone = stack.use(await startBalancer([first.url, first.url]));
  const both = stack.use(await startBalancer([first.url, second.url]));
  const entrances: readonly Entrance[] = [
    { title: "one", url: first.url, replicas: [first] },
    { title: "one, behind HAProxy", url: alone.url, replicas: [first] },
    { title: "two, behind HAProxy", url: both.url, replicas: [first, second] },
  ];
  for (const work of options.works) {
    if (work.kind !== "requests") throw new TypeError("Cannot measure a transfer here");
    const load = async ({ url, replicas }: Entrance) => {
      const before = await cpuSecondsOf(replicas);
      const { requests, seconds, latencyMs } = await runClosedLoop({
        url,
        requestsFile: await stage.requestsFile(work),
        tokensFile: stage.tokensFile,
        rowsOfRequest: work.rows,
        connections: work.connections,
        seconds: options.seconds,
      });
      const cpuSeconds = await cpuSecondsOf(replicas) - before;
      return {
        rate: requests / seconds,
        p50Ms: latencyMs!.p50,
        p99Ms: latencyMs!.p99,
        cpuUs: cpuSeconds * 1e6 / requests,
      };
    };
    for (let pass = 0; pass < WARM_UP_PASSES; pass++) await load(entrances[2]!);
    const measured = entrances.map((): Figures[] => []);
    for (let round = 0; round < options.rounds; round++) {
      for (const [index, entrance] of entrances.entries()) {
        measured[index]!.push(await load(entrance));
      }
    }
    console.log(`${work.title}, ${work.connections} connections`);
    for (const [index, { title }] of entrances.entries()) {
      const of = (figure: (figures: Figures) => number) => median(measured[index]!.map(figure));
      const ratio = median(measured[index]!.map(({ rate }, at) => rate / measured[0]![at]!.rate));
      console.log(
        `  ${title.padEnd(22)}${of(({ rate }) => rate).toFixed(0).padStart(7)} requests/s (${
          ratio.toFixed(2)
        } ×), p50 ${of(({ p50Ms }) => p50Ms).toFixed(1)} ms, p99 ${
          of(({ p99Ms }) => p99Ms).toFixed(1)
        } ms, ${of(({ cpuUs }) => cpuUs).toFixed(0)} µs of processor time each`,
      );
    }
  }
}

async function cpuSecondsOf(replicas: readonly ServerProcess[]): Promise<number> {
  const usages = await Promise.all(replicas.map((replica) => replica.usage()));
  return usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

if (import.meta.main) {
  await runBench("bench:replicas", async () => {
    const { values } = parseArgs({
      options: {
        work: { type: "string", default: "read-1,read-20,read-200" },
        rounds: { type: "string", default: "3" },
        seconds: { type: "string", default: "3" },
      },
    });
    const { work, rounds, seconds } = values;
    const args = ["--work", work, "--rounds", rounds, "--seconds", seconds, "--rates", ""];
    await bench(readOptions(["--only", "gateway", ...args]));
  });
}
