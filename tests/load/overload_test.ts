/**
 * A Cassandra that gets slow while many callers ask: fewer requests are let in, the others are refused, no faster than
 * they would be asked to come back, and probes are answered as ever. When it is fast again, all are served. The way to the node is a proxy of the test's own.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { scrape } from "../support/telemetry/metrics_text.ts";

const CQL = {
  migration: "CREATE TABLE words (id int PRIMARY KEY, word text);",
  queries: `
-- name: get_word :one
-- @route GET /words/{id}
-- @public
SELECT word FROM words WHERE id = :id;
`,
};

const CALLERS = 240;
/** Far more than what the requests cost this machine, whatever else it does. */
const USUAL_MS = 50;
/** A refusal that is held back takes longer. */
const HELD_MS = 450;
/** As many are refused at once before others are held back. */
const QUICK_REFUSALS = 100;

let node: Awaited<ReturnType<typeof withTestCassandra>>;
let proxy: SlowProxy;
let service: OwnService;
before(async () => {
  node = await withTestCassandra();
  proxy = startSlowProxy(node.contactPoint);
  service = await startOwnService(CQL, {
    env: {
      CASSANDRA_CONTACT_POINTS: proxy.contactPoint,
      MAX_IN_FLIGHT: "400",
      MAX_IN_FLIGHT_PER_CALLER: "0",
    },
  });
});
after(async () => {
  await service?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await node?.close();
});

async function metric(name: string): Promise<number> {
  return (await scrape(service.adminUrl)).value(name) ?? NaN;
}

let reads = 0;

/** No two are the same, so that none waits for another. */
async function read(): Promise<Response> {
  const response = await service.request(`/words/${reads++}`, { user: null });
  await response.body?.cancel();
  return response;
}

interface Answers<T> {
  readonly result: T;
  /** How many there were of each status. */
  readonly counts: ReadonlyMap<number, number>;
  /** How many of them were refused within less than what a refusal is held back. */
  readonly quicklyRefused: number;
}

/** Callers who ask again at once, whatever they get, until it is over. */
async function underLoad<T>(action: () => Promise<T>): Promise<Answers<T>> {
  let isOver = false;
  let quicklyRefused = 0;
  const counts = new Map<number, number>();
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!isOver) {
      const sentAt = performance.now();
      const { status, headers } = await read();
      counts.set(status, (counts.get(status) ?? 0) + 1);
      if (status !== 503) continue;
      expect(headers.get("retry-after")).toBe("1");
      if (performance.now() - sentAt < HELD_MS) quicklyRefused++;
    }
  });
  const result = await action().finally(() => isOver = true);
  await Promise.all(callers);
  return { result, counts, quicklyRefused };
}

describe("A service whose Cassandra gets slow", () => {
  it("lets fewer in, refuses the others, answers its probes, and grows again", async () => {
    proxy.delayMs = USUAL_MS;
    for (let count = 0; count < 10; count++) {
      const responses = await Promise.all(Array.from({ length: 20 }, read));
      expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(404));
    }
    const atFirst = await metric("cqlgate_load_limit");
    proxy.delayMs = 10 * USUAL_MS;
    const { counts, result, quicklyRefused } = await underLoad(async () => {
      await eventually("the limit shrinks", async () => await metric("cqlgate_load_limit") < 80);
      const probes = ["/livez", "/readyz"].map((path) => fetch(`${service.url}${path}`));
      await eventually(
        "more are refused than may be at once",
        async () => await metric('cqlgate_load_shed_total{code="too_busy"}') > 2 * QUICK_REFUSALS,
      );
      return (await Promise.all(probes)).map(({ status }) => status);
    });
    expect(result).toEqual([200, 200]);
    expect([...counts.keys()].sort()).toEqual([404, 503]);
    expect(quicklyRefused).toBeLessThan(QUICK_REFUSALS + counts.get(404)! / 20);
    expect(atFirst).toBe(100);
    expect(await metric("cqlgate_load_in_flight")).toBe(0);
    expect(await metric("cqlgate_load_queued")).toBe(0);
    expect(await metric("cqlgate_load_held")).toBe(0);

    proxy.delayMs = USUAL_MS;
    const limit = await metric("cqlgate_load_limit");
    await underLoad(() =>
      eventually(
        "the limit grows",
        async () => await metric("cqlgate_load_limit") > limit + 10,
      )
    );
    expect((await read()).status).toBe(404);
  });
});
