/**
 * A part of `deno task test:ring`: the way from the service to one of the nodes loses every packet, while the
 * nodes reach each other. Between the service and each node stands a proxy.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type Service, start } from "../../composition/service.ts";
import { readConfig } from "../../config/config.ts";
import { type Ring, startRing } from "../../dev/cassandra/ring.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
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
`,
};
const REQUEST_TIMEOUT_MS = 5_000;
/** A connection that hears nothing is given up after two seconds and a half at most. */
const GIVEN_UP_MS = 2_500;
const IDS = Array.from({ length: 20 }, (_, id) => id);

interface Outcome {
  readonly status: number;
  readonly startedAt: number;
  readonly tookMs: number;
}

describe("a service that loses its way to one of three nodes", () => {
  const stack = new AsyncDisposableStack();
  const proxies: SlowProxy[] = [];
  let ring: Ring;
  let service: OwnService;
  let env: Record<string, string>;

  before(async () => {
    const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(directory, { recursive: true }));
    const [network, clientNetwork] = ["127.7.9", "127.7.10"];
    ring = stack.use(await startRing({ directory, network, clientNetwork, log: () => {} }));
    for (const [index, { contactPoint }] of ring.nodes.entries()) {
      const address = {
        hostname: `${clientNetwork}.${index + 1}`,
        port: Number(contactPoint.split(":")[1]),
      };
      proxies.push(stack.use(startSlowProxy(contactPoint, address)));
    }
    env = {
      CASSANDRA_CONTACT_POINTS: proxies.slice(0, 2).map((each) => each.contactPoint).join(),
      CASSANDRA_REPLICATION: "dc1:2,dc2:1",
      // Both nodes of the data centre: the service reaches one of them only by the other.
      CASSANDRA_CONSISTENCY: "LOCAL_QUORUM",
      REQUEST_TIMEOUT_MS: `${REQUEST_TIMEOUT_MS}`,
    };
    service = stack.use(await startOwnService(CQL, { env }));
    for (const id of IDS) await succeed(put(service.url, id));
  });
  after(() => stack.disposeAsync());

  const get = (url: string, id: number) => fetch(`${url}/notes/${id}`);
  const put = (url: string, id: number) =>
    fetch(`${url}/notes/${id}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ body: `${id}` }),
    });

  /** Reads and writes, one after the other for each of a few clients, until it is stopped. */
  function ask(url: string): { stop(): Promise<readonly Outcome[]> } {
    const outcomes: Outcome[] = [];
    let isOver = false;
    const clients = IDS.slice(0, 4).map(async (id) => {
      while (!isOver) {
        for (const request of [get, put]) {
          const startedAt = performance.now();
          const [status] = await answer(request(url, id));
          outcomes.push({ status, startedAt, tookMs: performance.now() - startedAt });
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    return {
      async stop() {
        isOver = true;
        await Promise.all(clients);
        return outcomes;
      },
    };
  }
  async function verbose(adminUrl: string) {
    const { cassandra, unreachable } = await (await fetch(`${adminUrl}/readyz?verbose`)).json();
    const hosts = cassandra.hosts as readonly { readonly datacenter: string; up: boolean }[];
    return { unreachable, up: hosts.filter(({ datacenter, up }) => datacenter === "dc1" && up) };
  }
  const untilUp = (count: number, adminUrl: string) =>
    eventually(
      `${count} local nodes are up`,
      async () => (await verbose(adminUrl)).up.length === count,
    );

  it("boots all the same, serves every level that the nodes can serve, and finds the node later", async () => {
    const [, second] = proxies;
    await second!.swallow();
    const startedAt = performance.now();
    const other: Service = await start(readConfig({ ...service.env, ...env }));
    try {
      await other.ready;
      // The contact point and the node: each attempt ends after two seconds.
      expect(performance.now() - startedAt).toBeLessThan(REQUEST_TIMEOUT_MS + 3_000);
      for (const id of IDS) {
        expect(await succeed(get(other.url, id))).toEqual({ id, body: `${id}` });
        await succeed(put(other.url, id));
      }
      const seen = await verbose(other.adminUrl);
      expect([seen.up.length, seen.unreachable]).toEqual([1, []]);
      second!.restore();
      await untilUp(2, other.adminUrl);
    } finally {
      await other.close();
    }
  });

  for (const index of [0, 1]) {
    // One of the two has the control connection.
    it(`serves on while it loses node ${index + 1}, answers nothing late, and finds it again`, async () => {
      await untilUp(2, service.adminUrl);
      const proxy = proxies[index]!;
      const asking = ask(service.url);
      await proxy.swallow();
      const lostAt = performance.now();
      await untilUp(1, service.adminUrl);
      const { unreachable } = await verbose(service.adminUrl);
      expect(unreachable).toEqual([]);
      expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
      // Attempts to connect go on meanwhile, and none of them gets an answer.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      proxy.restore();
      await untilUp(2, service.adminUrl);
      const outcomes = await asking.stop();
      expect(outcomes.filter(({ tookMs }) => tookMs > REQUEST_TIMEOUT_MS + 100)).toEqual([]);
      const later = outcomes.filter(({ startedAt }) => startedAt > lostAt + GIVEN_UP_MS);
      expect(later.length).toBeGreaterThan(0);
      expect(later.filter(({ status }) => status >= 300)).toEqual([]);
      expect(outcomes.filter(({ status }) => status === 500)).toEqual([]);
    });
  }
});
