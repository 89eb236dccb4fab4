/**
 * `deno task test:ring`: the service on a cluster of three nodes in two data centres. It is not part of
 * `deno task test`: three nodes need 2 GB of memory, and a minute or two to agree on their schema.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { steadyControl } from "../../db/driver/internals/connections/steady_control.ts";
import { type Ring, startRing } from "../../dev/cassandra/ring.ts";
import type { HostState } from "../../observe/observation.ts";
import type { StatusSnapshot } from "../../observe/status_snapshot.ts";
import { eventually } from "../support/eventually.ts";
import {
  answer,
  createCqlFolder,
  type OwnService,
  startOwnService,
  succeed,
} from "../support/own_service.ts";
import { type ManyMigrations, migrateByMany } from "./migrate_processes.ts";
import { PATIENT_SOCKET } from "../support/cassandra/patient_socket.ts";

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

-- name: get_note_surely :one
-- @route GET /surely/{id}
-- @public
-- @consistency LOCAL_QUORUM
SELECT id, body FROM notes WHERE id = :id;

-- name: add_note :applied
-- @route POST /notes/{id}
-- @public
-- @consistency LOCAL_ONE serial=LOCAL_SERIAL
INSERT INTO notes (id, body) VALUES (:id, :body) IF NOT EXISTS;

-- name: get_single :one
-- @route GET /singles/{id}
-- @public
SELECT id FROM ring_singles.singles WHERE id = :id;
`,
};
/** Far longer than an answer that waits for nobody takes. */
const REQUEST_TIMEOUT_MS = 10_000;
const IDS = Array.from({ length: 20 }, (_, id) => id);

/** A keyspace beside the service's own: each of its partitions is on one of the local nodes. */
async function createSingles(contactPoint: string): Promise<void> {
  const client = new cassandra.Client({
    socketOptions: PATIENT_SOCKET,
    contactPoints: [contactPoint],
    localDataCenter: "dc1",
    protocolOptions: { port: Number(contactPoint.split(":")[1]) },
  });
  steadyControl(client, () => {});
  await client.connect();
  await client.execute(
    "CREATE KEYSPACE ring_singles WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1}",
  );
  await client.execute("CREATE TABLE ring_singles.singles (id int PRIMARY KEY)");
  for (const id of IDS) {
    await client.execute("INSERT INTO ring_singles.singles (id) VALUES (?)", [id], {
      prepare: true,
    });
  }
  await client.shutdown();
}

describe("a service on three nodes", () => {
  const stack = new AsyncDisposableStack();
  let ring: Ring;
  let service: OwnService;
  const observations: { readonly hosts: readonly HostState[] }[] = [];

  before(async () => {
    const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(directory, { recursive: true }));
    ring = stack.use(await startRing({ directory, network: "127.7.7", log: () => {} }));
    await createSingles(ring.nodes[0].contactPoint);
    service = stack.use(
      await startOwnService(CQL, {
        env: {
          CASSANDRA_CONTACT_POINTS: ring.nodes[0].contactPoint,
          CASSANDRA_REPLICATION: "dc1:2,dc2:1",
          CASSANDRA_CONSISTENCY: "LOCAL_ONE",
          REQUEST_TIMEOUT_MS: `${REQUEST_TIMEOUT_MS}`,
        },
        observe: (observation) => {
          if (observation.kind === "connection") observations.push(observation);
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
  async function unreachable(): Promise<StatusSnapshot["unreachable"] & object> {
    const status = await fetch(`${service.adminUrl}/readyz?verbose`);
    return (await status.json()).unreachable;
  }
  const put = (id: number) =>
    service.request(`/notes/${id}`, { method: "PUT", user: null, json: { body: `${id}` } });
  const get = (id: number) => service.request(`/notes/${id}`, { user: null });

  it("finds the other nodes at the port of its contact point", async () => {
    await eventually(
      "both local nodes are up",
      async () => (await metric("cqlgate_cassandra_hosts_up"))[""] === 2,
    );
    const hosts = observations.at(-1)!.hosts;
    expect(hosts.map(({ address }) => address).sort()).toEqual(
      ring.nodes.map(({ contactPoint }) => contactPoint),
    );
    expect(await metric("cqlgate_cassandra_hosts")).toMatchObject({
      '{datacenter="dc1",state="up"}': 2,
      '{datacenter="dc1",state="down"}': 0,
    });
  });

  it("reads and writes on while columns come and go", async () => {
    for (const id of IDS) await succeed(put(id));
    const failures: unknown[] = [];
    let isOver = false;
    const load = IDS.slice(0, 8).map(async (id) => {
      while (!isOver) {
        for (
          const request of [get(id), service.request(`/surely/${id}`, { user: null }), put(id)]
        ) {
          const [status, body] = await answer(request);
          if (status >= 300) failures.push(body);
        }
      }
    });
    for (let round = 0; round < 4; round++) {
      await service.client.execute(`ALTER TABLE notes ADD other${round} int`);
    }
    isOver = true;
    await Promise.all(load);
    // Each node hears of a change in its own time. Routes are derived again meanwhile.
    expect(failures.filter((body) => (body as { code: string }).code !== "schema_changed"))
      .toEqual([]);
  });

  /** Migrates a keyspace of its own by many processes, and checks that each change was made once. */
  async function migrateOnce(
    keyspace: string,
    { count, nodes = ring.nodes }: Pick<ManyMigrations, "count"> & Partial<ManyMigrations>,
  ) {
    await using folder = await createCqlFolder({
      migration:
        `CREATE TABLE memos (id int PRIMARY KEY, body text);\nALTER TABLE memos ADD tag text;`,
      queries: "",
    });
    await Deno.remove(`${folder.path}/queries`, { recursive: true });
    const outcomes = await migrateByMany({
      nodes,
      count,
      cqlDir: folder.path,
      keyspace,
      replication: "dc1:2,dc2:1",
    });
    expect(outcomes.filter(({ code }) => code !== 0)).toEqual([]);
    const lines = outcomes.flatMap((outcome) => outcome.lines);
    expect(lines.filter((line) => line.startsWith("Applied")).length).toBe(1);
    const idle = lines.filter((line) => line.endsWith("is up to date"));
    expect(idle.length).toBe(count - 1);
    const { rows } = await service.client.execute(
      `SELECT * FROM ${keyspace}.cqlgate_migrations`,
    );
    expect(rows.map(({ version, name, applied }) => [version, name, applied])).toEqual([
      [1, "own", 2],
    ]);
    await service.client.execute(
      `INSERT INTO ${keyspace}.memos (id, body, tag) VALUES (1, '', '')`,
    );
  }

  it("is migrated once, however many processes in both data centres begin at the same time", async () => {
    await migrateOnce("migrated_by_many", { count: 10 });
  });

  it("is migrated once although a replica goes and comes back meanwhile", async () => {
    const [first, second, third] = ring.nodes;
    // It has begun, as the keyspace shows.
    const interrupting = eventually("the keyspace is there", async () => {
      const { rowLength } = await service.client.execute(
        "SELECT * FROM system_schema.keyspaces WHERE keyspace_name = 'migrated_again'",
      );
      return rowLength === 1;
    }).then(async () => {
      await third.kill();
      await third.start();
    });
    await Promise.all([
      migrateOnce("migrated_again", { count: 6, nodes: [first, second] }),
      interrupting,
    ]);
  });

  it("goes around a node that is frozen after a moment, and has it back", async () => {
    const [, second] = ring.nodes;
    for (const id of IDS) await succeed(put(id));
    await second.freeze();
    const frozenAt = performance.now();
    // Some wait for the node until it is given up.
    for (const answered of await Promise.all(IDS.map((id) => answer(get(id))))) {
      expect(answered[0]).toBe(200);
    }
    expect(performance.now() - frozenAt).toBeLessThan(REQUEST_TIMEOUT_MS / 2);
    for (const id of IDS) await succeed(get(id));
    expect(performance.now() - frozenAt).toBeLessThan(REQUEST_TIMEOUT_MS / 2);
    second.thaw();
    await eventually("both local nodes are up", async () => {
      return (await metric("cqlgate_cassandra_hosts_up"))[""] === 2;
    });
  });

  it("serves on while a node is gone, says which, and has it back", async () => {
    for (const id of IDS) await succeed(put(id));
    const [, second] = ring.nodes;
    await second.kill();
    for (const id of IDS) expect(await succeed(get(id))).toEqual({ id, body: `${id}` });
    await eventually(
      "one local node is down",
      async () =>
        (await metric("cqlgate_cassandra_hosts"))['{datacenter="dc1",state="down"}'] === 1,
    );
    expect(observations.at(-1)!.hosts.filter(({ isUp }) => !isUp)).toEqual([
      { address: second.contactPoint, datacenter: "dc1", isUp: false },
    ]);
    expect((await service.request("/readyz", { user: null })).status).toBe(200);
  });

  it("refuses at once what needs the node that is gone, and serves the rest", async () => {
    await eventually(
      "it knows what it cannot serve",
      async () => (await unreachable()).length === 3,
    );
    expect(await unreachable()).toEqual([
      { query: "get_note_surely", consistency: "LOCAL_QUORUM", partitions: "all" },
      { query: "add_note", consistency: "LOCAL_ONE", partitions: "all" },
      { query: "get_single", consistency: "LOCAL_ONE", partitions: "some" },
    ]);
    expect(await metric("cqlgate_unreachable_queries")).toEqual({
      '{partitions="all"}': 2,
      '{partitions="some"}': 1,
    });
    const post = () =>
      service.request("/notes/99", { method: "POST", user: null, json: { body: "b" } });
    const singles: number[] = [];
    const startedAt = performance.now();
    for (const id of IDS) {
      expect((await answer(service.request(`/surely/${id}`, { user: null })))[0]).toBe(503);
      expect((await answer(post()))[0]).toBe(503);
      expect(await succeed(get(id))).toEqual({ id, body: `${id}` });
      singles.push((await answer(service.request(`/singles/${id}`, { user: null })))[0]);
    }
    expect(performance.now() - startedAt).toBeLessThan(REQUEST_TIMEOUT_MS / 2);
    expect(new Set(singles)).toEqual(new Set([200, 503]));
  });

  it("serves everything within a second or so of the node's return", async () => {
    const [, second] = ring.nodes;
    await second.start();
    const servingAt = performance.now();
    await eventually("nothing is missing", async () => (await unreachable()).length === 0);
    expect(performance.now() - servingAt).toBeLessThan(3_000);
    for (const id of IDS) {
      await succeed(service.request(`/singles/${id}`, { user: null }));
      await eventually(
        "a quorum answers",
        async () => (await answer(service.request(`/surely/${id}`, { user: null })))[0] === 200,
      );
    }
    await eventually(
      "both local nodes are up",
      async () => (await metric("cqlgate_cassandra_hosts_up"))[""] === 2,
    );
  });

  it("takes in a node that joins, forgets one that leaves, and serves all the while", async () => {
    const statuses = new Set<number>();
    let isOver = false;
    const asking = (async () => {
      for (let id = 100; !isOver; id++) {
        for (const response of [await put(id), await get(id)]) {
          await response.body?.cancel();
          statuses.add(response.status);
        }
      }
    })();
    const local = '{datacenter="dc1",state="up"}';
    try {
      const fourth = await ring.join();
      await eventually(
        "the fourth node is up",
        async () => (await metric("cqlgate_cassandra_hosts"))[local] === 3,
      );
      expect(observations.at(-1)!.hosts.map(({ address }) => address)).toContain(
        fourth.contactPoint,
      );
      await fourth.leave();
      await eventually(
        "the fourth node is forgotten",
        () => !observations.at(-1)!.hosts.some(({ address }) => address === fourth.contactPoint),
      );
      await fourth.kill();
    } finally {
      isOver = true;
      await asking;
    }
    // It joins without data and learns the schema last: a read at LOCAL_ONE may find no row, or no table.
    expect([...statuses].filter((status) => ![200, 204, 404, 502].includes(status))).toEqual([]);
  });

  it("is ready as soon as a quorum is there", async () => {
    const [first, second] = ring.nodes;
    const isReady = async () => (await fetch(`${service.url}/readyz`)).status === 200;
    await Promise.all([first.kill(), second.kill()]);
    await eventually("it is not ready", async () => !await isReady());
    await first.start();
    await eventually(
      "one local node is up",
      async () => (await metric("cqlgate_cassandra_hosts_up"))[""] === 1,
    );
    await second.start();
    const servingAt = performance.now();
    await eventually("it is ready", isReady);
    // Far less than the delays that attempts grow to while nothing changes.
    expect(performance.now() - servingAt).toBeLessThan(6_000);
  });
});
