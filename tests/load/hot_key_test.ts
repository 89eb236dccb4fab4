/**
 * Thousands who read the same at once: a statement is under way for all of them, so only the request that it was sent for
 * counts against the limit, and other reads are let in beside them.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, afterEach, before, describe, it } from "@std/testing/bdd";
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

/** As many are served at once, and four times as many may wait for that. */
const LIMIT = 64;
const READERS = 5 * LIMIT - 4;

const stack = new AsyncDisposableStack();
let proxy: SlowProxy;
let service: OwnService;
before(async () => {
  const node = await withTestCassandra();
  stack.defer(() => node.close());
  proxy = stack.use(startSlowProxy(node.contactPoint));
  service = stack.use(
    await startOwnService(CQL, {
      env: {
        CASSANDRA_CONTACT_POINTS: proxy.contactPoint,
        MAX_IN_FLIGHT: `${LIMIT}`,
        MAX_IN_FLIGHT_PER_CALLER: "0",
        IN_FLIGHT_LIMIT: "fixed",
        REQUEST_TIMEOUT_MS: "8000",
      },
    }),
  );
  await service.client.execute("INSERT INTO words (id, word) VALUES (1, 'hot')");
});
afterEach(() => {
  proxy.holdsResults = false;
});
after(() => stack.disposeAsync());

/** Requests that came and were not answered, those among them that count against the limit, and those that wait. */
async function load() {
  const metrics = await scrape(service.adminUrl);
  const value = (name: string) => metrics.value(`cqlgate_${name}`)!;
  return {
    inFlight: value("http_requests_in_flight"),
    served: value("load_in_flight"),
    queued: value("load_queued"),
  };
}

async function read(id: number): Promise<number> {
  const response = await service.request(`/words/${id}`, { user: null });
  await response.body?.cancel();
  return response.status;
}

describe("Many who read the same", () => {
  it("count as few, and others are served beside them", async () => {
    proxy.holdsResults = true;
    const readers = Array.from({ length: READERS }, () => read(1));
    await eventually("all have come", async () => (await load()).inFlight === READERS);
    const { served, queued } = await load();
    expect(queued).toBe(0);
    expect(served).toBeLessThan(LIMIT);
    const { executes } = proxy;
    const other = read(2);
    await eventually("another read is sent", () => proxy.executes > executes);
    proxy.holdsResults = false;
    expect(await Promise.all(readers)).toEqual(Array(READERS).fill(200));
    expect(await other).toBe(404);
    await eventually("none is served any more", async () => (await load()).inFlight === 0);
    expect(await load()).toEqual({ inFlight: 0, served: 0, queued: 0 });
  });

  it("are no more than may wait", async () => {
    proxy.holdsResults = true;
    const readers = Array.from({ length: 5 * LIMIT }, () => read(1));
    await eventually("all have come", async () => (await load()).inFlight === 5 * LIMIT);
    expect(await read(1)).toBe(503);
    proxy.holdsResults = false;
    expect(await Promise.all(readers)).toEqual(Array(5 * LIMIT).fill(200));
  });

  it("all learn that Cassandra did not answer in time", async () => {
    proxy.holdsResults = true;
    const readers = Array.from({ length: READERS }, () => read(1));
    expect(await Promise.all(readers)).toEqual(Array(READERS).fill(504));
    expect(await load()).toEqual({ inFlight: 0, served: 0, queued: 0 });
  });
});
