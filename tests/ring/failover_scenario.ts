/**
 * A part of `deno task test:ring`: the local data centre goes away as a whole, and another one serves
 * until it is back.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { start } from "../../composition/service.ts";
import { readConfig } from "../../config/config.ts";
import { type Ring, startRing } from "../../dev/cassandra/ring.ts";
import { eventually } from "../support/eventually.ts";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE notes (id int PRIMARY KEY, body text);",
  queries: `-- name: get_note :one
-- @route GET /notes/{id}
-- @public
SELECT id, body FROM notes WHERE id = :id;

-- name: put_note :exec
-- @route PUT /notes/{id}
-- @public
UPDATE notes SET body = :body WHERE id = :id;

-- name: add_note :applied
-- @route POST /notes/{id}
-- @public
-- @consistency LOCAL_QUORUM serial=LOCAL_SERIAL
INSERT INTO notes (id, body) VALUES (:id, :body) IF NOT EXISTS;

-- name: get_note_anywhere :one
-- @route GET /anywhere/{id}
-- @public
-- @consistency QUORUM
SELECT id, body FROM notes WHERE id = :id;
`,
};
const HEADER = "cassandra-consistency";

describe("a service whose data centre goes away", () => {
  const stack = new AsyncDisposableStack();
  let ring: Ring;
  let service: OwnService;
  let controlFile: string;

  before(async () => {
    const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(directory, { recursive: true }));
    ring = stack.use(await startRing({ directory, network: "127.7.8", log: () => {} }));
    controlFile = `${directory}/control.json`;
    await Deno.writeTextFile(controlFile, "{}");
    service = stack.use(
      await startOwnService(CQL, {
        env: {
          CASSANDRA_CONTACT_POINTS: `${ring.nodes[0].contactPoint},${ring.nodes[2].contactPoint}`,
          CASSANDRA_REPLICATION: "dc1:2,dc2:1",
          CASSANDRA_CONSISTENCY: "LOCAL_QUORUM",
          CASSANDRA_FAILOVER_DATACENTERS: "dc2",
          CASSANDRA_FAILBACK_DELAY_MS: "manual",
          CONTROL_FILE: controlFile,
        },
      }),
    );
  });
  after(() => stack.disposeAsync());

  async function metric(name: string): Promise<Record<string, number>> {
    const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
    const samples = text.matchAll(new RegExp(`^${name}(\\{.*\\})? (\\S+)$`, "gm"));
    return Object.fromEntries(
      [...samples].map(([, labels = "", value]) => [labels, Number(value)]),
    );
  }
  const verbose = async () => await (await fetch(`${service.adminUrl}/readyz?verbose`)).json();
  const get = (id: number, url = "") => service.request(`${url}/notes/${id}`, { user: null });
  const put = (id: number) =>
    service.request(`/notes/${id}`, { method: "PUT", user: null, json: { body: `${id}` } });
  const headerOf = async (response: Promise<Response>) => {
    const { headers, body } = await response;
    await body?.cancel();
    return headers.get(HEADER);
  };
  async function killLocal(): Promise<void> {
    await Promise.all([ring.nodes[0].kill(), ring.nodes[1].kill()]);
  }
  async function startLocal(): Promise<void> {
    for (const node of [ring.nodes[0], ring.nodes[1]]) await node.start();
  }

  it("says nothing of another one while its own serves", async () => {
    for (const id of [1, 2, 3]) {
      expect(await headerOf(put(id))).toBeNull();
      expect(await headerOf(get(id))).toBeNull();
    }
    expect(await metric("cqlgate_cassandra_datacenter_in_use")).toEqual({
      '{datacenter="dc1"}': 1,
      '{datacenter="dc2"}': 0,
    });
    const counted = await metric("cqlgate_failover_statements_total");
    expect(counted['{consistency="LOCAL_QUORUM"}']).toBe(0);
    expect((await verbose()).cassandra.datacenter).toMatchObject({ in_use: "dc1", local: true });
  });

  it("is served by the other one, and every answer and a metric say so", async () => {
    await killLocal();
    await eventually("the other one serves", async () => (await answer(get(1)))[0] === 200);
    const response = await get(1);
    expect(response.headers.get(HEADER)).toBe("LOCAL_QUORUM;failover");
    expect(await response.json()).toEqual({ id: 1, body: "1" });
    expect(await headerOf(put(4))).toBe("LOCAL_QUORUM;failover");
    expect(await succeed(get(4))).toEqual({ id: 4, body: "4" });
    expect(await metric("cqlgate_cassandra_datacenter_in_use")).toEqual({
      '{datacenter="dc1"}': 0,
      '{datacenter="dc2"}': 1,
    });
    const counted = await metric("cqlgate_failover_statements_total");
    expect(counted['{consistency="LOCAL_QUORUM"}']).toBeGreaterThan(0);
    expect((await verbose()).cassandra.datacenter).toMatchObject({ in_use: "dc2", local: false });
    await eventually(
      "it is ready",
      async () => (await fetch(`${service.url}/readyz`)).status === 200,
    );
  });

  it("refuses there what is decided in one data centre, and what lacks replicas", async () => {
    const added = service.request("/notes/9", { method: "POST", user: null, json: { body: "b" } });
    expect(await answer(added)).toEqual([
      503,
      expect.objectContaining({
        code: "unavailable",
        detail: expect.stringContaining("Only the local data centre can serve this route"),
      }),
    ]);
    await eventually("it knows that a quorum is missing", async () => {
      const { unreachable } = await verbose();
      return unreachable.some(({ query }: { query: string }) => query === "get_note_anywhere");
    });
    expect((await verbose()).unreachable).toEqual([
      { query: "add_note", consistency: "LOCAL_QUORUM", partitions: "all" },
      { query: "get_note_anywhere", consistency: "QUORUM", partitions: "all" },
    ]);
    const anywhere = service.request("/anywhere/1", { user: null });
    expect((await answer(anywhere))[0]).toBe(503);
  });

  it("comes up in the other one while its own is away", async () => {
    const other = await start(
      readConfig({ ...service.env, CASSANDRA_FAILBACK_DELAY_MS: "1000", CONTROL_FILE: "" }),
    );
    try {
      await other.ready;
      expect(await headerOf(get(1, other.url))).toBe("LOCAL_QUORUM;failover");
      await startLocal();
      await eventually("its own serves", async () => await headerOf(get(1, other.url)) === null);
      expect(await succeed(get(1, other.url))).toEqual({ id: 1, body: "1" });
    } finally {
      await other.close();
    }
  });

  it("stays there until the operator lets it come back", async () => {
    await eventually("both local nodes are up", async () => {
      const { cassandra } = await verbose();
      return cassandra.hosts.every(({ up }: { up: boolean }) => up);
    });
    expect(await headerOf(get(1))).toBe("LOCAL_QUORUM;failover");
    await Deno.writeTextFile(controlFile, '{"failback": true}');
    await eventually("its own serves", async () => await headerOf(get(1)) === null);
    expect(await metric("cqlgate_cassandra_datacenter_in_use")).toEqual({
      '{datacenter="dc1"}': 1,
      '{datacenter="dc2"}': 0,
    });
    await eventually("it writes", async () => (await answer(put(5)))[0] === 204);
    await eventually("nothing is missing", async () => (await verbose()).unreachable.length === 0);
  });
});
