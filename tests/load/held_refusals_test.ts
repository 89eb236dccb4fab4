/**
 * Refusals for the load that are held back, while callers leave and while the service is told to stop. One request has
 * the only slot, and Cassandra answers it when a test says so.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type Service, start } from "../../composition/service.ts";
import { withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually } from "../support/eventually.ts";
import { scrape } from "../support/telemetry/metrics_text.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE words (id int PRIMARY KEY, word text);",
  queries: `
-- name: get_word :one
-- @route GET /words/{id}
-- @public
SELECT word FROM words WHERE id = :id;
`,
};
/** As many are refused at once before others are held back. */
const QUICK_REFUSALS = 100;
const HELD = 10;
/** A refusal is held back for half a second to a second. */
const LEAST_HELD_MS = 450;

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
        MAX_IN_FLIGHT: "8",
        MAX_IN_FLIGHT_PER_CALLER: "1",
        REQUEST_TIMEOUT_MS: "60000",
      },
    }),
  );
});
after(() => stack.disposeAsync());

/** Takes the only slot of the caller, and uses up what is refused at once. */
async function fill({ url, adminUrl }: Service): Promise<{ readonly served: Promise<number> }> {
  proxy.holdsResults = true;
  const served = ask(url);
  await eventually("the slot is taken", async () => await inFlight(adminUrl) === 1);
  for (let refusal = 0; refusal < QUICK_REFUSALS; refusal++) expect(await ask(url)).toBe(429);
  return { served };
}

async function ask(url: string, options: RequestInit = {}): Promise<number> {
  const { status, body } = await fetch(`${url}/words/1`, options);
  await body?.cancel();
  return status;
}

async function metric(adminUrl: string, name: string): Promise<number> {
  return (await scrape(adminUrl)).value(name)!;
}
const refusals = (adminUrl: string) =>
  metric(adminUrl, 'cqlgate_load_shed_total{code="too_many_in_flight"}');
const inFlight = (adminUrl: string) => metric(adminUrl, "cqlgate_http_requests_in_flight");
const held = (adminUrl: string) => metric(adminUrl, "cqlgate_load_held");

describe("Refusals that are held back", () => {
  it("go out after a while, and leave nothing of callers who have left before", async () => {
    const { url, adminUrl } = service;
    const { served } = await fill(service);
    const before = await refusals(adminUrl);
    const leaving = new AbortController();
    const left = Array.from(
      { length: HELD },
      () => ask(url, { signal: leaving.signal }).catch(() => "left"),
    );
    await eventually("they are held back", async () => await refusals(adminUrl) === before + HELD);
    leaving.abort();
    // On a busy machine some have been answered by then.
    for (const outcome of await Promise.all(left)) expect(["left", 429]).toContain(outcome);
    const askedAt = performance.now();
    expect(await ask(url)).toBe(429);
    expect(performance.now() - askedAt).toBeGreaterThan(LEAST_HELD_MS);
    await eventually("none is held", async () => await held(adminUrl) === 0);
    expect(await inFlight(adminUrl)).toBe(1);
    proxy.holdsResults = false;
    expect(await served).toBe(404);
    expect(await ask(url)).toBe(404);
  });

  it("are answered by a service that is told to stop, which then ends", async () => {
    const beside = await start(service.config);
    await beside.ready;
    const { served } = await fill(beside);
    const before = await refusals(beside.adminUrl);
    const refused = Array.from({ length: HELD }, () => ask(beside.url));
    await eventually(
      "they are held back",
      async () => await refusals(beside.adminUrl) === before + HELD,
    );
    const closing = beside.close();
    expect(await Promise.all(refused)).toEqual(Array(HELD).fill(429));
    proxy.holdsResults = false;
    expect(await served).toBe(404);
    await closing;
  });
});
