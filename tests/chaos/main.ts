/**
 * `deno task chaos [--short] [--seed N] [--limit 4m]`: mixed load through two gateways on a ring of three
 * nodes, which are frozen, killed and stopped meanwhile. Afterwards every answer is held against what is
 * there. With `--soak 10m` no node fails, and what is watched is whether memory and latency stay flat.
 *
 * Ends with 0 if every promise was kept, with 1 if one was broken or a gateway does not start, and with 2 if
 * the machine cannot have such a ring or the run was given up. The short form is for machines that may be slow: it reports promises of time, and
 * only those of safety decide.
 *
 * @module
 */
import { readConfig } from "../../config/config.ts";
import { type Ring, startRing } from "../../dev/cassandra/ring.ts";
import { heedToolHelp } from "../../dev/usage.ts";
import { migrate } from "../../tasks/migrate.ts";
import { planFaults } from "./faults/fault_plan.ts";
import { startGateways } from "./gateway.ts";
import { orAborted } from "./pause.ts";
import { keepEvidence } from "./report/evidence.ts";
import { describeRun, findBroken, summarize } from "./report/report.ts";
import { runUnderFaults } from "./run.ts";
import { readSettings, type Settings } from "./settings.ts";

const REQUEST_TIMEOUT_MS = 2_500;
const KEYSPACE = "chaos";
/** Addresses on which nobody else looks for a port. */
const NETWORK = "127.7.9";
/** Without it, a node that is killed loses the last moment of its log, and counters an increment. */
const DURABLE = { commitlog_sync: "batch", commitlog_sync_period: null };

const log = (line: string) => console.log(line);

/** Whether every promise that decides was kept. */
async function main(settings: Settings, giveUp: AbortController): Promise<boolean> {
  const { seed, isShort, soakMs } = settings;
  const { signal } = giveUp;
  await using stack = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-chaos-" });
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  const ring = stack.use(
    await startRing({ directory, network: NETWORK, log, yaml: DURABLE, signal }).catch(withoutRing),
  );
  const env = environmentOn(ring);
  await orAborted(migrate(readConfig(env), { log }), signal);
  const { gateways } = stack.use(await startGateways({ env, directory, signal }));
  for (const { ended } of gateways) ended.then((failure) => giveUp.abort(failure));
  const run = await runUnderFaults(
    { ring, gateways, keyspace: KEYSPACE, deadlineMs: REQUEST_TIMEOUT_MS },
    {
      plan: soakMs === null ? planFaults({ seed, isShort }) : [],
      seed,
      // The less is asked, the sooner a node is back. New tables take 5 s to read as they say.
      ...(isShort ? { pauseMs: 200, calmMs: 1_500 } : { pauseMs: 100, calmMs: 5_500 }),
      soakMs: soakMs ?? 0,
      log,
      signal,
    },
  );
  describeRun(run).forEach(log);
  const { safety, time } = findBroken(run);
  const deciding = isShort ? safety : [...safety, ...time];
  for (const promise of deciding.slice(0, 50)) log(`BROKEN: ${promise}`);
  if (isShort) time.forEach((promise) => log(`Too slow, which may be the machine: ${promise}`));
  log(summarize(run, { broken: deciding.length, tooSlow: isShort ? time.length : 0 }));
  if (deciding.length === 0) return true;
  const folder = await keepEvidence(run, { ring, gateways });
  log(`The history and the logs of the gateways and the nodes are in "${folder}"`);
  return false;
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

/** The run was stopped, took too long, or cannot begin on this machine. */
class GivenUp extends Error {}

function withoutRing(error: unknown): never {
  if (error instanceof GivenUp) throw error;
  throw new GivenUp(`The nodes did not start. ${(error as Error).message}`);
}

/** Aborted by a signal of the system, or when the time that the run may take is over. */
function abortedFromOutside({ limitMs }: Settings): AbortController {
  const giveUp = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => giveUp.abort(new GivenUp(`It was stopped by ${name}`)));
  }
  if (limitMs !== null) {
    const reason = new GivenUp(`It has not ended after ${limitMs / 1_000} s`);
    Deno.unrefTimer(setTimeout(() => giveUp.abort(reason), limitMs));
  }
  return giveUp;
}

if (import.meta.main) {
  heedToolHelp("chaos");
  try {
    const settings = readSettings(Deno.args);
    Deno.exit(await main(settings, abortedFromOutside(settings)) ? 0 : 1);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    log(error instanceof GivenUp ? `The run was given up. ${error.message}` : error.message);
    Deno.exit(error instanceof GivenUp ? 2 : 1);
  }
}
