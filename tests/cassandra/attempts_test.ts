/**
 * Statements that are sent more than once, to another node after a while or again after a failure: within a budget.
 * Two proxies stand before one node, which says of itself that the second is another node of its data centre.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type Service, start } from "../../composition/service.ts";
import { freePort } from "../../dev/ports.ts";
import { startOwnNode } from "../support/cassandra/own_node.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { scrape } from "../support/telemetry/metrics_text.ts";

const CQL = {
  migration: "CREATE TABLE words (id int PRIMARY KEY, word text);",
  queries: `
-- name: get_word_from_two :one
-- @route GET /two/{id}
-- @public
-- @speculative 100ms
SELECT word FROM words WHERE id = :id;

-- name: get_word :one
-- @route GET /words/{id}
-- @public
-- @coalesce off
SELECT word FROM words WHERE id = :id;
`,
};
const SLOW_MS = 800;

const stack = new AsyncDisposableStack();
let first: SlowProxy;
let second: SlowProxy;
let service: Service;

before(async () => {
  const { node } = stack.use(await startOwnNode());
  const migrated: OwnService = stack.use(
    await startOwnService(CQL, { env: { CASSANDRA_CONTACT_POINTS: node.contactPoint } }),
  );
  const { client, config } = migrated;
  // The driver expects every node at the same port.
  const port = freePort("127.0.0.1", "127.0.0.2");
  first = stack.use(startSlowProxy(node.contactPoint, { hostname: "127.0.0.1", port }));
  second = stack.use(startSlowProxy(node.contactPoint, { hostname: "127.0.0.2", port }));
  const { rows: [local] } = await client.execute(
    "SELECT schema_version, release_version, rack, tokens FROM system.local",
  );
  await client.execute(
    `INSERT INTO system.peers
      (peer, rpc_address, data_center, rack, host_id, release_version, schema_version, tokens)
      VALUES ('127.0.0.2', '127.0.0.2', 'dc1', ?, uuid(), ?, ?, {'${halfway(local!.tokens[0])}'})`,
    [local!.rack, local!.release_version, local!.schema_version],
    { prepare: true },
  );
  for (let id = 0; id < 20; id++) {
    await client.execute("INSERT INTO words (id, word) VALUES (?, 'a')", [id], { prepare: true });
  }
  service = await start({
    ...config,
    contactPoints: [first.contactPoint],
    connectionsPerHost: 1,
    // All reads are to reach the nodes, however slow these are.
    inFlightLimit: "fixed",
  });
  stack.defer(() => service.close());
  await service.ready;
  await eventually(
    "both nodes are up",
    async () => await metric("cqlgate_cassandra_hosts_up") === 2,
  );
});
after(() => stack.disposeAsync());

/** The token half a ring away, so that each node has half of the keys. */
function halfway(token: string): bigint {
  return BigInt.asIntN(64, BigInt(token) + 2n ** 63n);
}

async function metric(name: string): Promise<number> {
  return (await scrape(service.adminUrl)).value(name) ?? NaN;
}

const speculative = (outcome: string) =>
  metric(`cqlgate_cassandra_speculative_executions_total{outcome="${outcome}"}`);
const retries = (outcome: string) =>
  metric(`cqlgate_cassandra_retries_total{outcome="${outcome}"}`);

async function statusOf(path: string): Promise<number> {
  const response = await fetch(`${service.url}${path}`);
  await response.body?.cancel();
  return response.status;
}

/** The statements that have come to either node. */
const sentStatements = () => first.executes + second.executes;

/** Each of these in turn, over all keys, so that both nodes have some of them. */
async function readAll(path: string, count: number): Promise<void> {
  for (let id = 0; id < count; id++) expect(await statusOf(`${path}/${id % 20}`)).toBe(200);
}

/** The keys that are asked of the first node. */
async function idsOfFirst(): Promise<number[]> {
  const ids: number[] = [];
  for (let id = 0; id < 20; id++) {
    const before = first.executes;
    expect(await statusOf(`/two/${id}`)).toBe(200);
    if (first.executes > before) ids.push(id);
  }
  expect(ids).not.toEqual([]);
  return ids;
}

describe("@speculative", () => {
  it("begins its counters at zero", async () => {
    expect([await retries("sent"), await retries("no_budget")]).toEqual([0, 0]);
    expect([await speculative("won"), await speculative("not_won"), await speculative("no_budget")])
      .toEqual([0, 0, 0]);
    await readAll("/two", 40);
  });

  it("asks a second node where the first is slow, for a share of the reads", async () => {
    const reads = 60;
    first.holdsResults = true;
    const answers = Array.from({ length: reads }, (_, id) => statusOf(`/two/${id % 20}`));
    await eventually("the second has answered", async () => await speculative("won") > 0);
    await eventually("others are to wait", async () => await speculative("no_budget") > 0);
    first.holdsResults = false;
    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
    const sent = await speculative("won") + await speculative("not_won");
    expect(await speculative("won")).toBeGreaterThan(0);
    // One at the start, and five in a hundred of all reads so far.
    expect(sent).toBeLessThanOrEqual(1 + 0.05 * (40 + reads));
    expect(await speculative("no_budget")).toBeGreaterThan(0);
  });

  it("leaves queries without the tag alone", async () => {
    const before = await speculative("no_budget");
    first.delayMs = SLOW_MS;
    const answers = Array.from({ length: 20 }, (_, id) => statusOf(`/words/${id}`));
    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
    first.delayMs = 0;
    expect(await speculative("no_budget")).toBe(before);
  });

  it("waits for the first node where the second fails", async () => {
    await readAll("/two", 60);
    const ids = await idsOfFirst();
    const before = await speculative("not_won");
    const executes = sentStatements();
    for (const proxy of [first, second]) proxy.holdsResults = true;
    const answers = ids.map((id) => statusOf(`/two/${id}`));
    await eventually("some ask a second node", () => sentStatements() > executes + ids.length);
    second.breakConnections();
    for (const proxy of [second, first]) proxy.holdsResults = false;
    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
    expect(await speculative("not_won")).toBeGreaterThan(before);
  });
});

describe("The budget of retries", () => {
  it("lets a share of the statements be sent again while all of them fail", async () => {
    await eventually(
      "both nodes are up",
      async () => await metric("cqlgate_cassandra_hosts_up") === 2,
    );
    const before = await retries("sent");
    const reads = 100;
    const executes = sentStatements();
    for (const proxy of [first, second]) proxy.holdsResults = true;
    const answers = Array.from({ length: reads }, (_, id) => statusOf(`/words/${id % 20}`));
    await eventually("all are sent", () => sentStatements() >= executes + reads);
    for (const proxy of [first, second]) proxy.breakConnections();
    for (const proxy of [first, second]) proxy.holdsResults = false;
    const statuses = await Promise.all(answers);
    const sent = await retries("sent") - before;
    expect(sent).toBeGreaterThan(0);
    // The burst, and one in ten of all that was sent.
    expect(sent).toBeLessThanOrEqual(20 + 0.1 * reads);
    expect(await retries("no_budget")).toBeGreaterThan(0);
    expect(new Set(statuses)).toContain(503);
    await eventually("it is served again", async () => await statusOf("/words/1") === 200);
  });
});
