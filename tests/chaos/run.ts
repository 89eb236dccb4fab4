/**
 * One run: clients ask two gateways while the nodes of the ring fail, and everything that they see is put on
 * record.
 *
 * @module
 */
import type { Ring } from "../../dev/cassandra/ring.ts";
import type { PlannedFault } from "./faults/fault_plan.ts";
import { carryOut } from "./faults/carry_out.ts";
import { readFinalState } from "./final_state.ts";
import type { Gateway } from "./gateway.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import {
  type Client,
  feeder,
  leaseHolder,
  streamer,
  tallier,
  versionReader,
  versionWriter,
} from "./load/clients.ts";
import { createRequester } from "./load/requester.ts";
import { watchMemory } from "./watch/memory.ts";
import { pause } from "./pause.ts";
import { createRandom } from "./random.ts";
import { awaitNodes, awaitRecovery } from "./faults/readiness.ts";
import type { Run } from "./report/report.ts";
import { watchStarvation } from "./watch/starvation.ts";

export interface Stage {
  readonly ring: Ring;
  readonly gateways: readonly Gateway[];
  readonly keyspace: string;
  readonly deadlineMs: number;
}

export interface RunOptions {
  readonly plan: readonly PlannedFault[];
  readonly seed: number;
  /** Between an answer and the client's next request. */
  readonly pauseMs: number;
  /** Before the first fault, and after the last one. */
  readonly calmMs: number;
  /** How long to run on after that. */
  readonly soakMs: number;
  readonly log: (line: string) => void;
  /** Gives up the run. */
  readonly signal: AbortSignal;
}

/** @throws {Error} if the run cannot be carried out to its end */
export async function runUnderFaults(stage: Stage, options: RunOptions): Promise<Run> {
  const { ring, gateways, keyspace, deadlineMs } = stage;
  const { plan, seed, pauseMs, calmMs, soakMs, log, signal } = options;
  const ledger = createLedger();
  const ended = new AbortController();
  const startedAt = performance.now();
  const clients = startClients(gateways, { ledger, seed, pauseMs, signal: ended.signal });
  const watching = watchMemory(gateways, ended.signal);
  const starving = watchStarvation(gateways, ended.signal);
  const stamp = (line: string) =>
    log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  const watched = { ring, gateways, table: `${keyspace}.versions`, signal };
  const faultOptions = { log: stamp, signal, untilBack: () => awaitNodes(watched) };
  try {
    await pause(calmMs, signal);
    const faults = await carryOut(
      ring,
      plan.filter(({ nodes }) => nodes.length === 1),
      faultOptions,
    );
    const outages = plan.filter(({ nodes }) => nodes.length > 1);
    const [recovery, ...carriedOut] = outages.length === 0 ? [null] : await Promise.all([
      pause(1_000, signal).then(() => awaitRecovery(watched)),
      carryOut(ring, outages, faultOptions),
    ]);
    await pause(calmMs + soakMs, signal);
    ended.abort();
    await clients;
    stamp("reading what is there at ALL");
    await readFinalState(ring, { keyspace, ledger, signal });
    const endedAt = performance.now();
    const [memory, starvation] = await Promise.all([watching, starving]);
    const all = [...faults, ...carriedOut.flat()];
    return {
      ...{ seed, startedAt, endedAt, deadlineMs, ledger, faults: all },
      ...{ recovery, memory, starvation },
    };
  } finally {
    ended.abort();
  }
}

/** Resolves when the signal has stopped them all. */
async function startClients(
  gateways: readonly Gateway[],
  { ledger, seed, pauseMs, signal }: Pick<RunOptions, "seed" | "pauseMs" | "signal"> & {
    readonly ledger: Ledger;
  },
): Promise<void> {
  const send = createRequester(gateways, (request) => ledger.requests.push(request));
  const owners = ["ann", "ben", "cem"];
  const clients: Client[] = [
    ...owners.map((owner) => versionWriter(owner, 5)),
    ...owners.map(() => versionReader(owners, 5)),
    tallier(["x", "y", "z"]),
    tallier(["x", "y", "z"]),
    ...["one", "two", "three"].map((name) => leaseHolder(name, { leaseMs: 5_000 })),
    feeder("feed", { linesPerFeed: 400 }),
    streamer("feed"),
  ];
  await Promise.all(clients.map((client, index) => {
    const random = createRandom(seed + index + 1);
    return client({ send, ledger, random, signal, pauseMs });
  }));
}
