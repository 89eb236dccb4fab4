/**
 * `deno task chaos [--short] [--seed N]`: mixed load through two gateways on a ring of three nodes, which
 * are frozen, killed and stopped meanwhile. Afterwards every answer is held against what is there. With
 * `--soak 10m` no node fails, and what is watched is whether memory and latency stay flat.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { readConfig } from "../../config/config.ts";
import { type Ring, startRing } from "../../dev/cassandra/ring.ts";
import { freePort } from "../../dev/ports.ts";
import { migrate } from "../../tasks/migrate.ts";
import { carryOut } from "./faults.ts";
import { planFaults, type PlannedFault } from "./fault_plan.ts";
import { readFinalState } from "./final_state.ts";
import { type Gateway, startGateway } from "./gateway.ts";
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
import { watchMemory } from "./memory.ts";
import { createRandom } from "./random.ts";
import { awaitNodes, awaitRecovery, type Recovery } from "./readiness.ts";
import { describeRun, findFaults, type Run } from "./report.ts";
import { watchStarvation } from "./starvation.ts";

const REQUEST_TIMEOUT_MS = 2_500;
const KEYSPACE = "chaos";
/** Without it, a node that is killed loses the last moment of its log, and counters an increment. */
const DURABLE = { commitlog_sync: "batch", commitlog_sync_period: null };
/** Between an answer and the client's next request. */
const PAUSE_MS = 100;
/** Before the first fault, and after the last one. */
const CALM_MS = 3_000;

interface Settings {
  readonly seed: number;
  readonly isShort: boolean;
  /** How long to run without a fault; null for a run with faults. */
  readonly soakMs: number | null;
}

async function main({ seed, isShort, soakMs }: Settings): Promise<boolean> {
  const log = (line: string) => console.log(line);
  await using stack = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-chaos-" });
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  const ring = stack.use(await startRing({ directory, log, yaml: DURABLE }));
  const env = environmentOn(ring);
  await migrate(readConfig(env), { log });
  const starting = ["first", "second"].map((name) => {
    const ports = { port: freePort(), adminPort: freePort() };
    return startGateway({ name, env, logFile: `${directory}/${name}.log`, ...ports });
  });
  stack.defer(async () => {
    for (const started of await Promise.allSettled(starting)) {
      if (started.status === "fulfilled") await started.value[Symbol.asyncDispose]();
    }
  });
  const gateways = await Promise.all(starting);
  const plan = soakMs === null ? planFaults({ seed, isShort }) : [];
  const run = await runUnderFaults({ ring, gateways, plan, seed, log, soakMs: soakMs ?? 0 });
  for (const line of describeRun(run)) log(line);
  const faults = findFaults(run);
  for (const fault of faults.slice(0, 50)) log(`BROKEN: ${fault}`);
  log(faults.length === 0 ? "Every promise was kept" : `${faults.length} promises were broken`);
  if (faults.length > 0) await keepEvidence(run, directory);
  return faults.length === 0;
}

function environmentOn(ring: Ring): Record<string, string> {
  return {
    HOST: "127.0.0.1",
    ADMIN_HOST: "127.0.0.1",
    CQL_DIR: new URL("cql", import.meta.url).pathname,
    CASSANDRA_CONTACT_POINTS: ring.nodes.slice(0, 2).map((node) => node.contactPoint).join(),
    CASSANDRA_LOCAL_DATACENTER: ring.nodes[0].localDatacenter,
    CASSANDRA_KEYSPACE: KEYSPACE,
    CASSANDRA_REPLICATION: "dc1:2,dc2:1",
    // Two of three replicas, wherever they are: the death of one leaves it.
    CASSANDRA_CONSISTENCY: "QUORUM",
    REQUEST_TIMEOUT_MS: `${REQUEST_TIMEOUT_MS}`,
    MAX_IN_FLIGHT_PER_CALLER: "0",
    CURSOR_KEY: new Uint8Array(32).toBase64(),
    GUARDRAILS: "warn",
    DENO_NO_UPDATE_CHECK: "1",
  };
}

interface Stage {
  readonly ring: Ring;
  readonly gateways: readonly Gateway[];
  readonly plan: readonly PlannedFault[];
  readonly seed: number;
  /** How long to run after the last fault. */
  readonly soakMs: number;
  readonly log: (line: string) => void;
}

async function runUnderFaults({ ring, gateways, plan, seed, soakMs, log }: Stage): Promise<Run> {
  const ledger = createLedger();
  const ended = new AbortController();
  const startedAt = performance.now();
  const clients = startClients(gateways, { ledger, seed, signal: ended.signal });
  const watching = watchMemory(gateways, ended.signal);
  const starving = watchStarvation(gateways, ended.signal);
  const stamp = (line: string) =>
    log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  await pause(CALM_MS);
  const single = plan.filter(({ nodes }) => nodes.length === 1);
  const outages = plan.filter(({ nodes }) => nodes.length > 1);
  const table = `${KEYSPACE}.versions`;
  const untilBack = () => awaitNodes(ring, gateways, table);
  const options = { log: stamp, signal: ended.signal, untilBack };
  const faults = await carryOut(ring, single, options);
  let recovery: Recovery | null = null;
  if (outages.length > 0) {
    const recovering = pause(1_000).then(() => awaitRecovery(ring, gateways, table));
    faults.push(...await carryOut(ring, outages, options));
    recovery = await recovering;
  }
  await pause(CALM_MS + soakMs);
  ended.abort();
  await clients;
  const [memory, starvation] = await Promise.all([watching, starving]);
  stamp("reading what is there at ALL");
  await readFinalState(ring, KEYSPACE, ledger);
  const endedAt = performance.now();
  const deadlineMs = REQUEST_TIMEOUT_MS;
  return { seed, startedAt, endedAt, deadlineMs, ledger, faults, recovery, memory, starvation };
}

/** Resolves when the signal has stopped them all. */
async function startClients(
  gateways: readonly Gateway[],
  { ledger, seed, signal }: {
    readonly ledger: Ledger;
    readonly seed: number;
    readonly signal: AbortSignal;
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
    return client({ send, ledger, random, signal, pauseMs: PAUSE_MS });
  }));
}

/** What is needed to find out what happened: the history and the logs of the gateways. */
async function keepEvidence(run: Run, directory: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: `cqlgate-chaos-${run.seed}-` });
  const history = { ...run, ledger: { ...run.ledger, leases: [...run.ledger.leases] } };
  await Deno.writeTextFile(`${folder}/history.json`, JSON.stringify(history, null, 1));
  for (const name of ["first", "second"]) {
    await Deno.copyFile(`${directory}/${name}.log`, `${folder}/${name}.log`);
  }
  console.log(`The history and the logs of the gateways are in "${folder}"`);
}

/** `10m` or `90s`, in milliseconds. */
function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)([ms])$/.exec(text) ?? [];
  if (unit === undefined) {
    throw new TypeError(`Cannot read the duration "${text}": write it as "10m" or "90s"`);
  }
  return Number(count) * (unit === "m" ? 60_000 : 1_000);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      short: { type: "boolean", default: false },
      seed: { type: "string" },
      soak: { type: "string" },
    },
  });
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
  const soakMs = values.soak === undefined ? null : durationMs(values.soak);
  const wasKept = await main({ seed, isShort: values.short, soakMs });
  Deno.exit(wasKept ? 0 : 1);
}
