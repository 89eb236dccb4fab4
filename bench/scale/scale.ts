/**
 * `deno task bench:scale`: what many replicas ask of a node when they start, and when it comes back. The
 * figures of docs/scale.md come from here.
 *
 *     deno task bench:scale [--sessions 1000] [--queries 300] [--held 200] [--seconds 120]
 *
 * Sessions are those of the service, in waves of twenty, on a node of the benchmark's own. It stops at the
 * given time, and says how far it came.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { Session } from "../../db/driver/session.ts";
import { fewAtOnce } from "../../db/prepare/few_at_once.ts";
import { type LocalCassandra, startCassandra } from "../../dev/cassandra/cassandra.ts";
import { freePort } from "../../dev/ports.ts";
import { residentMemory } from "../../tests/support/process_memory.ts";
import { count } from "../options.ts";
import { runBench } from "../run_bench.ts";
import { buildGate, type Gate } from "./gate.ts";

interface Options {
  readonly sessions: number;
  readonly queries: number;
  readonly held: number;
  readonly seconds: number;
}

const KEYSPACE = "scale";
const AT_ONCE = 20;
/** As the service prepares. */
const PREPARED_AT_ONCE = 32;
/** How long the node cannot be reached. */
const AWAY_MS = 3_000;
const ROUNDS = 5;

function sessionTo(contactPoint: string, keyspace: string | null): Session {
  return new Session({
    contactPoints: [contactPoint],
    localDatacenter: "dc1",
    keyspace,
    username: null,
    password: null,
    tlsCa: null,
    tlsCert: null,
    tlsKey: null,
    secureBundle: null,
    connectionsPerHost: 2,
    consistency: "LOCAL_ONE",
    requestTimeoutMs: 10_000,
    observe: () => {},
  });
}

/** As many statements as a project may have, no two the same. */
function statements(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `SELECT id, body FROM items WHERE list = :list AND id > :id LIMIT ${index + 1}`,
  );
}

function prepareAll(session: Session, cqls: readonly string[]): Promise<unknown> {
  return fewAtOnce(cqls, (cql) => session.prepare(cql), { limit: PREPARED_AT_ONCE });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** One session: what it takes to connect and to prepare, where the node knows nothing, and where it does. */
async function measureOne(gate: Gate, cqls: readonly string[]): Promise<void> {
  for (const state of ["a node that knows none of them", "a node that knows them"]) {
    const session = sessionTo(gate.contactPoint, KEYSPACE);
    const before = gate.bytes;
    const connectMs = await timed(() => session.openOnce());
    const connected = gate.bytes;
    const prepareMs = await timed(() => prepareAll(session, cqls));
    say(
      `One session, ${state}: ${gate.open} connections in ${round(connectMs)} ms, ` +
        `${kib(connected - before)}; ${cqls.length} queries in ${round(prepareMs)} ms, ` +
        `${kib(gate.bytes - connected)}`,
    );
    await session.close();
  }
}

/** Sessions in waves: each connects, prepares everything, and goes. */
async function measureStorm(
  contactPoint: string,
  cqls: readonly string[],
  { sessions, seconds }: Options,
): Promise<void> {
  const endsAt = performance.now() + seconds * 1000;
  const startedAt = performance.now();
  const took: number[] = [];
  let failed = 0;
  await fewAtOnce(Array.from({ length: sessions }), async () => {
    if (performance.now() > endsAt) return;
    const session = sessionTo(contactPoint, KEYSPACE);
    try {
      await session.openOnce();
      took.push(await timed(() => prepareAll(session, cqls)));
    } catch {
      // A node that is overloaded: the service would try again.
      failed++;
    }
    await session.close();
  }, { limit: AT_ONCE });
  const elapsed = (performance.now() - startedAt) / 1000;
  const prepared = took.length * cqls.length;
  took.sort((a, b) => a - b);
  say(
    `${took.length} sessions, ${AT_ONCE} at once, and ${failed} that failed: ${prepared} queries prepared in ${
      round(elapsed)
    } s, ${round(prepared / elapsed)} a second; a session took ${
      round(took[took.length >> 1] ?? 0)
    } ms at the median, ${round(took.at(-1) ?? 0)} ms at most`,
  );
}

/** Sessions that stay: their memory here, that of their connections there, and how they come back. */
async function measureReturn(
  gate: Gate,
  node: LocalCassandra,
  { held }: Options,
): Promise<void> {
  const [own, others] = [await residentMemory(Deno.pid), await residentMemory(node.pid)];
  const idle = gate.open;
  const sessions = Array.from({ length: held }, () => sessionTo(gate.contactPoint, KEYSPACE));
  await fewAtOnce(sessions, (session) => session.openOnce(), { limit: AT_ONCE });
  const connections = gate.open - idle;
  const [ownNow, othersNow] = [await residentMemory(Deno.pid), await residentMemory(node.pid)];
  say(
    `${held} sessions hold ${connections} connections: ${kib((ownNow - own) / held)} a session ` +
      `here, proxy included; ${kib((othersNow - others) / connections)} a connection at the node`,
  );
  for (let turn = 1; turn <= ROUNDS; turn++) {
    await gate.shut();
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    gate.arrivals.length = 0;
    const reopenedAt = performance.now();
    await gate.reopen();
    const shares = [0.5, 0.9, 1];
    const backMs: number[] = [];
    while (backMs.length < shares.length && performance.now() - reopenedAt < 30_000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      while (gate.open >= (shares[backMs.length] ?? Infinity) * connections) {
        backMs.push(performance.now() - reopenedAt);
      }
    }
    const times = gate.arrivals.map((at) => at - reopenedAt);
    const inSlice = Map.groupBy(times, (ms) => Math.floor(ms / 100));
    const most = Math.max(...[...inSlice.values()].map(({ length }) => length));
    say(
      `Return ${turn}: half of ${connections} connections in ${round(backMs[0] ?? NaN)} ms, ` +
        `nine tenths in ${round(backMs[1] ?? NaN)} ms, all in ${round(backMs[2] ?? NaN)} ms; ` +
        `${times.length} attempts, ${most} at most in a tenth of a second`,
    );
  }
  await Promise.all(sessions.map((session) => session.close()));
}

async function scale(options: Options): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-scale-" });
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  const node = await startCassandra({ directory, nativePort: freePort(), log: () => {} });
  stack.defer(() => node.kill());
  const first = sessionTo(node.contactPoint, null);
  await first.openOnce();
  for (
    const cql of [
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1}`,
      `CREATE TABLE ${KEYSPACE}.items (list text, id int, body text, PRIMARY KEY ((list), id))`,
    ]
  ) await first.run(cql, { timeoutMs: 20_000 });
  await first.close();
  const gate = stack.use(await buildGate(node.contactPoint));
  const cqls = statements(options.queries);
  await measureOne(gate, cqls);
  await measureStorm(node.contactPoint, cqls, options);
  await measureReturn(gate, node, options);
}

const round = (value: number) => Math.round(value * 10) / 10;
const kib = (bytes: number) => `${round(bytes / 1024)} KiB`;
const say = (line: string) => console.log(line);

if (import.meta.main) {
  await runBench("bench:scale", async () => {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        sessions: { type: "string", default: "1000" },
        queries: { type: "string", default: "300" },
        held: { type: "string", default: "200" },
        seconds: { type: "string", default: "120" },
      },
    });
    await scale({
      sessions: count("sessions", values.sessions),
      queries: count("queries", values.queries),
      held: count("held", values.held),
      seconds: count("seconds", values.seconds),
    });
  });
}
