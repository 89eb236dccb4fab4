/**
 * A keyspace with more replicas than the cluster has nodes: what needs a quorum of them cannot be served,
 * and what needs one replica can. `deno task test:ring` has nodes that die.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { StatusSnapshot } from "../../observe/status_snapshot.ts";
import { eventually, untilReady } from "../support/eventually.ts";
import { answer, type OwnService, startOwnService } from "../support/own_service.ts";
import { spawnService } from "../support/programs.ts";

const CQL = {
  migration: "CREATE TABLE notes (id int PRIMARY KEY, body text);",
  queries: `-- name: get_note :one
-- @route GET /notes/{id}
-- @public
-- @consistency LOCAL_QUORUM
SELECT id, body FROM notes WHERE id = :id;

-- name: add_note :applied
-- @route POST /notes/{id}
-- @public
-- @consistency LOCAL_ONE
INSERT INTO notes (id, body) VALUES (:id, :body) IF NOT EXISTS;

-- name: list_notes :many
-- @route GET /notes
-- @public
-- @consistency QUORUM
-- @page size=10 max=10
SELECT id FROM notes;

-- name: get_note_soon :one
-- @route GET /soon/{id}
-- @public
SELECT id, body FROM notes WHERE id = :id;
`,
};
const UNREACHABLE = [
  { query: "get_note", consistency: "LOCAL_QUORUM", partitions: "all" },
  // Its condition is checked at SERIAL.
  { query: "add_note", consistency: "LOCAL_ONE", partitions: "all" },
  { query: "list_notes", consistency: "QUORUM", partitions: "all" },
];

let service: OwnService;
before(async () => {
  service = await startOwnService(CQL);
});
after(() => service?.[Symbol.asyncDispose]());

const request = (path: string, options = {}) => service.request(path, { user: null, ...options });
async function replicate(factor: number): Promise<void> {
  await service.client.execute(
    `ALTER KEYSPACE ${service.config.keyspace} WITH replication =
       {'class': 'NetworkTopologyStrategy', 'dc1': ${factor}}`,
  );
}
async function verbose(): Promise<StatusSnapshot> {
  return await (await fetch(`${service.adminUrl}/readyz?verbose`)).json();
}
async function metrics(): Promise<string[]> {
  const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
  return text.split("\n").filter((line) => line.startsWith("cqlgate_unreachable_queries{"));
}
const statusOf = async (path: string) => (await answer(request(path)))[0];

describe("a service whose keyspace has too few replicas", () => {
  it("says at first that nothing is missing", async () => {
    expect((await verbose()).unreachable).toEqual([]);
    expect(await metrics()).toEqual([
      'cqlgate_unreachable_queries{partitions="all"} 0',
      'cqlgate_unreachable_queries{partitions="some"} 0',
    ]);
  });

  it("is ready while some route can be served, refuses the others, and says which", async () => {
    await replicate(3);
    await eventually(
      "it knows what it cannot serve",
      async () => (await verbose()).unreachable?.length === 3,
    );
    expect((await verbose()).unreachable).toEqual(UNREACHABLE);
    expect(await metrics()).toEqual([
      'cqlgate_unreachable_queries{partitions="all"} 3',
      'cqlgate_unreachable_queries{partitions="some"} 0',
    ]);
    const before = service.observations.length;
    for (
      const [path, options] of [
        ["/notes/1", {}],
        ["/notes/1", { method: "POST", json: { body: "b" } }],
        ["/notes", {}],
      ] as const
    ) {
      const response = await request(path, options);
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await response.json()).toMatchObject({
        code: "unavailable",
        detail:
          "Too few replicas are reachable to serve this request; nothing was sent: retry later",
      });
    }
    const sent = service.observations.slice(before).filter(({ kind }) => kind === "statement");
    expect(sent).toEqual([]);
    expect(await statusOf("/soon/1")).toBe(404);
    expect(await statusOf("/readyz")).toBe(200);
  });

  it("serves everything again once the replication is one that the nodes can have", async () => {
    await replicate(1);
    await eventually("it serves a quorum", async () => await statusOf("/notes/1") === 404);
    expect((await verbose()).unreachable).toEqual([]);
  });

  it("serves again what nodes are back for, also while it drains", async () => {
    const env = { ...service.env, DRAIN_DELAY_MS: "600000" };
    await using process = await spawnService(env);
    await untilReady(process.url);
    const statusOf = async (path: string) => (await answer(fetch(process.url + path)))[0];
    await replicate(3);
    await eventually("it knows what it cannot serve", async () => {
      const { unreachable } = await (await fetch(`${process.adminUrl}/readyz?verbose`)).json();
      return unreachable?.length === 3;
    });
    process.kill("SIGTERM");
    await eventually("it drains", async () => await statusOf("/readyz") === 503);
    await replicate(1);
    await eventually("it serves a quorum", async () => await statusOf("/notes/1") === 404);
  });

  it("is not ready while no route can be served, and is when one can", async () => {
    await using other = await startOwnService({
      ...CQL,
      queries: CQL.queries.split("-- name: get_note_soon")[0]!,
    });
    const { keyspace } = other.config;
    const alter = (factor: number) =>
      other.client.execute(
        `ALTER KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': ${factor}}`,
      );
    const ready = async () => await answer(fetch(`${other.url}/readyz`));
    expect((await ready())[0]).toBe(200);
    await alter(2);
    await eventually("it is not ready", async () => (await ready())[0] === 503);
    expect((await ready())[1]).toMatchObject({
      code: "not_ready",
      detail:
        "The service is not ready: too few Cassandra nodes are reachable for the consistency of any route",
    });
    expect((await fetch(`${other.adminUrl}/readyz`)).status).toBe(503);
    await alter(1);
    await eventually("it is ready", async () => (await ready())[0] === 200);
    expect((await fetch(`${other.adminUrl}/readyz`)).status).toBe(200);
  });
});
