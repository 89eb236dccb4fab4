/**
 * A node that is slow is not a node that is gone: however many requests time out on a connection, it stays as long
 * as it answers a heartbeat. Where nothing comes any more, it is given up. The way to the node is a proxy of the test's own.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually } from "../support/eventually.ts";
import { answer, type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE words (id int PRIMARY KEY, word text);",
  queries: `
-- name: get_word :one
-- @route GET /words/{id}
-- @public
SELECT word FROM words WHERE id = :id;

-- name: get_word_soon :one
-- Gives up before a slow node answers.
-- @route GET /soon/{id}
-- @public
-- @timeout 100ms
SELECT word FROM words WHERE id = :id;
`,
};

/** More than the driver would have taken for the end of both connections. */
const TIMEOUTS = 200;

let node: Awaited<ReturnType<typeof withTestCassandra>>;
let proxy: SlowProxy;
let service: OwnService;
before(async () => {
  node = await withTestCassandra();
  proxy = startSlowProxy(node.contactPoint);
  service = await startOwnService(CQL, {
    env: {
      CASSANDRA_CONTACT_POINTS: proxy.contactPoint,
      // All of them are to reach the node, however slow it is.
      IN_FLIGHT_LIMIT: "fixed",
    },
  });
  await service.client.execute("INSERT INTO words (id, word) VALUES (1, 'a')");
});
after(async () => {
  await service?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await node?.close();
});

const states = () =>
  service.observations.flatMap((each) => each.kind === "connection" ? [each.state] : []);

/** Sends many requests that wait for less than the node takes. @returns what became of them */
async function timeOut(): Promise<Set<string>> {
  const answers = await Promise.all(
    // Of different keys: reads of the same would share a statement.
    Array.from(
      { length: TIMEOUTS },
      (_, id) => answer(service.request(`/soon/${id}`, { user: null })),
    ),
  );
  return new Set(answers.map(([, body]) => (body as { code: string }).code));
}

describe("A connection on which hundreds of requests time out", () => {
  it("stays while the node answers, however late, and no request fails for it", async () => {
    const before = states().length;
    proxy.delayMs = 400;
    expect(await timeOut()).toEqual(new Set(["timeout"]));
    for (let round = 0; round < 5; round++) {
      expect(await answer(service.request("/words/1", { user: null }))).toEqual([200, {
        word: "a",
      }]);
    }
    expect(states().slice(before)).toEqual([]);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    proxy.delayMs = 0;
  });

  it("is given up where nothing comes any more, and made again when it does", async () => {
    proxy.delayMs = Infinity;
    // Those that come late on a busy machine find it given up.
    for (const code of await timeOut()) expect(["timeout", "unavailable"]).toContain(code);
    await eventually("no node is reachable", () => states().at(-1) === "down");
    expect(await answer(service.request("/words/1", { user: null }))).toMatchObject([503, {
      code: "unavailable",
    }]);
    proxy.delayMs = 0;
    await eventually("it is back", () => states().at(-1) === "up");
    for (let round = 0; round < 5; round++) {
      expect(await answer(service.request("/words/1", { user: null }))).toEqual([200, {
        word: "a",
      }]);
    }
  });
});
