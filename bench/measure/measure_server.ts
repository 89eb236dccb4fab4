/**
 * One round of a contender that serves HTTP: it is started, given all work, and stopped.
 *
 * @module
 */
import { freePort } from "../../dev/ports.ts";
import type { Contender, Prepared } from "../contenders/contender.ts";
import { runClosedLoop } from "../load/closed_loop.ts";
import { runOpenLoop } from "../load/open_loop.ts";
import type { LoadMeasure } from "../load/quantiles.ts";
import { receiveRows, sendRows } from "../load/transfer.ts";
import type { BenchOptions } from "../options.ts";
import type { Measurement } from "../result/result.ts";
import type { RequestWork, TransferWork, Work } from "../work/works.ts";
import { type MemorySample, type ServerProcess, startServer } from "./server_process.ts";
import { EXPORTED_STATION, type Stage, WARM_UP_ROWS, WARM_UP_STATION } from "./stage.ts";

export interface RoundOptions extends BenchOptions {
  readonly stage: Stage;
  readonly round: number;
  /** Where oha is; null if it is not there. */
  readonly oha: string | null;
}

export interface Round {
  readonly measurements: readonly Measurement[];
  readonly readyMs: number | null;
  readonly peakMemoryBytes: number;
  readonly memory: readonly MemorySample[];
}

/** A rate that a server answers less of than this is above what it can do. */
const ENOUGH = 0.9;
/**
 * A contender is warm when four passes in a row have taken no less than this share of the least processor time per
 * request of those before. Compilers count calls: a large service needs a hundred thousand requests, a small one few.
 * On a machine that others use, two passes in a row are often slow by chance.
 */
const STEADY_SHARE = 0.97;
const STEADY_PASSES = 4;
const MAX_WARM_UP_PASSES = 30;
/** The work of the open loop. */
const OPEN_LOOP_WORK = "read-1";

export async function measureServer(
  contender: Contender,
  { command, env, cwd }: Prepared,
  options: RoundOptions,
): Promise<Round> {
  const { stage, round } = options;
  const server = await startServer({
    command,
    env: { ...stage.settings, PORT: `${freePort()}`, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    logFile: `${stage.folder}/${contender.name}-${round}.log`,
  });
  try {
    const measurements: Measurement[] = [];
    for (const work of options.works) {
      if (work.kind === "transfer" && !contender.transfers) continue;
      const load = loadOf(work, { contender, server, options });
      await load.warmUp();
      measurements.push({
        contender: contender.name,
        work: work.name,
        round,
        offeredRate: null,
        ...await withUsage(server, load.run),
      });
    }
    measurements.push(...await measureOpenLoop(contender, server, options));
    const { readyMs, memory } = server;
    const peakMemoryBytes = Math.max(...memory.map(({ bytes }) => bytes));
    return { measurements, readyMs, memory, peakMemoryBytes };
  } finally {
    await server.stop();
  }
}

interface Load {
  warmUp(): Promise<unknown>;
  run(): Promise<LoadMeasure>;
}

interface LoadOptions {
  readonly contender: Contender;
  readonly server: ServerProcess;
  readonly options: RoundOptions;
}

function loadOf(work: Work, context: LoadOptions): Load {
  return work.kind === "requests" ? requestLoad(work, context) : transferLoad(work, context);
}

function requestLoad(work: RequestWork, { server, options }: LoadOptions): Load {
  const { stage, seconds, warmUpSeconds } = options;
  const run = async (duration: number) =>
    await runClosedLoop({
      url: server.url,
      requestsFile: await stage.requestsFile(work),
      tokensFile: stage.tokensFile,
      rowsOfRequest: work.rows,
      connections: work.connections,
      seconds: duration,
    });
  return {
    async warmUp() {
      let least = Infinity;
      let steady = 0;
      for (let pass = 0; pass < MAX_WARM_UP_PASSES && steady < STEADY_PASSES; pass++) {
        const { cpuSeconds, requests } = await withUsage(server, () => run(warmUpSeconds));
        const cost = cpuSeconds / Math.max(requests, 1);
        steady = cost < least * STEADY_SHARE ? 0 : steady + 1;
        least = Math.min(least, cost);
      }
    },
    run: () => run(seconds),
  };
}

function transferLoad(
  work: TransferWork,
  { contender, server, options }: LoadOptions,
): Load {
  const { stage, rowsOfTransfer, round } = options;
  const request = { url: server.url, token: stage.tokens[0]! };
  const all = { ...request, rows: rowsOfTransfer };
  const few = { ...request, rows: WARM_UP_ROWS, station: WARM_UP_STATION };
  if (work.name === "rows-out") {
    return {
      warmUp: () => receiveRows(few),
      run: () => receiveRows({ ...all, station: EXPORTED_STATION }),
    };
  }
  const station = `in-${contender.name}-${round}`;
  return {
    warmUp: () => sendRows(stage.warmUpFile, few),
    run: () => sendRows(stage.rowsFile, { ...all, station }),
  };
}

async function measureOpenLoop(
  contender: Contender,
  server: ServerProcess,
  options: RoundOptions,
): Promise<Measurement[]> {
  const { oha, rates, stage, seconds, round, works } = options;
  const work = works.find(({ name }) => name === OPEN_LOOP_WORK);
  if (oha === null || work?.kind !== "requests") return [];
  const measurements: Measurement[] = [];
  for (const rate of rates) {
    const run = async () =>
      await runOpenLoop({
        program: oha,
        url: server.url,
        requestsFile: await stage.requestsFile(work),
        token: stage.tokens[0]!,
        folder: stage.folder,
        rowsOfRequest: work.rows,
        rate,
        seconds,
      });
    const measured = await withUsage(server, run);
    measurements.push({
      contender: contender.name,
      work: work.name,
      round,
      offeredRate: rate,
      ...measured,
    });
    if (measured.requests / measured.seconds < rate * ENOUGH) break;
  }
  return measurements;
}

async function withUsage(
  server: ServerProcess,
  run: () => Promise<LoadMeasure>,
): Promise<LoadMeasure & { cpuSeconds: number }> {
  const before = await server.usage();
  const measured = await run();
  const after = await server.usage();
  return { ...measured, cpuSeconds: after.cpuSeconds - before.cpuSeconds };
}
