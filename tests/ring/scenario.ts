/**
 * `deno task test:ring`: the service on a cluster of three nodes in two data centres. It is no part of
 * `deno task test`: three nodes need 2 GB of memory, and a minute or two to agree on their schema.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type Ring, startRing } from "../../dev/cassandra/ring.ts";
import type { HostState } from "../../observe/observation.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

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
`,
};

describe("a service on three nodes", () => {
  const stack = new AsyncDisposableStack();
  let ring: Ring;
  let service: OwnService;
  const observations: { readonly hosts: readonly HostState[] }[] = [];

  before(async () => {
    const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(directory, { recursive: true }));
    ring = stack.use(await startRing({ directory, network: "127.7.7", log: () => {} }));
    service = stack.use(
      await startOwnService(CQL, {
        env: {
          CASSANDRA_CONTACT_POINTS: ring.nodes[0].contactPoint,
          CASSANDRA_REPLICATION: "dc1:2,dc2:1",
          CASSANDRA_CONSISTENCY: "LOCAL_ONE",
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

  it("serves on while a node is gone, says which, and has it back", async () => {
    const ids = Array.from({ length: 20 }, (_, id) => id);
    for (const id of ids) await succeed(put(id));
    const [, second] = ring.nodes;
    await second.kill();
    for (const id of ids) expect(await succeed(get(id))).toEqual({ id, body: `${id}` });
    await eventually(
      "one local node is down",
      async () =>
        (await metric("cqlgate_cassandra_hosts"))['{datacenter="dc1",state="down"}'] === 1,
    );
    expect(observations.at(-1)!.hosts.filter(({ isUp }) => !isUp)).toEqual([
      { address: second.contactPoint, datacenter: "dc1", isUp: false },
    ]);
    expect((await service.request("/readyz", { user: null })).status).toBe(200);
    await second.start();
    await eventually(
      "both local nodes are up",
      async () => (await metric("cqlgate_cassandra_hosts_up"))[""] === 2,
    );
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
