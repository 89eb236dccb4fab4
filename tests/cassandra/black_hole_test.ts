/**
 * Addresses that swallow what is sent to them, so that nothing says that nobody is there: at boot, and while the
 * service runs. `tests/ring/black_hole_scenario.ts` has a cluster of which one node is so.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type Service, start } from "../../composition/service.ts";
import { readConfig } from "../../config/config.ts";
import { freePort } from "../../dev/ports.ts";
import { openBlackHole } from "../support/cassandra/black_hole.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { answer, type OwnService, startOwnService } from "../support/own_service.ts";

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
/** So long that whatever comes promptly did not wait for it. */
const REQUEST_TIMEOUT_MS = 600_000;

describe("a service whose packets to Cassandra are dropped", () => {
  const stack = new AsyncDisposableStack();
  const port = freePort("127.0.3.1", "127.0.3.2");
  let direct: OwnService;
  let proxy: SlowProxy;
  let service: Service;

  before(async () => {
    direct = stack.use(await startOwnService(CQL));
    await direct.client.execute("INSERT INTO notes (id, body) VALUES (1, 'a')");
    const node = direct.config.contactPoints[0]!;
    proxy = stack.use(startSlowProxy(node, { hostname: "127.0.3.1", port }));
    await proxy.swallow();
    service = await startOn(`127.0.3.1:${port}`);
  });
  after(() => stack.disposeAsync());

  async function startOn(contactPoints: string): Promise<Service> {
    const started = await start(readConfig({
      ...direct.env,
      CASSANDRA_CONTACT_POINTS: contactPoints,
      REQUEST_TIMEOUT_MS: `${REQUEST_TIMEOUT_MS}`,
    }));
    stack.defer(() => started.close());
    return started;
  }

  /** The status and the code of a problem, which come long before the request timeout. */
  async function ask(path: string, init?: RequestInit) {
    const answering = answer(fetch(service.url + path, init));
    const [status, body] = await promptly("it is answered", answering);
    const { code } = (body ?? {}) as { readonly code?: string };
    return { status, code };
  }
  const put = () =>
    ask("/notes/2", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: '{"body": "b"}',
    });

  it("answers at boot that it is not ready, and is ready as soon as they get through", async () => {
    for (const path of ["/readyz", "/notes/1"]) {
      const { status } = await ask(path);
      expect([path, status]).toEqual([path, 503]);
    }
    expect((await ask("/livez")).status).toBe(200);
    proxy.restore();
    await service.ready;
    expect((await ask("/notes/1")).status).toBe(200);
  });

  it("is ready all the same where that is so for one of its contact points", async () => {
    using _hole = await openBlackHole({ hostname: "127.0.3.2", port });
    // The driver tries them in any order, so that one of a few meets that address first.
    const others = await Promise.all(
      [1, 2, 3].map(() => startOn(`127.0.3.2:${port},127.0.3.1:${port}`)),
    );
    for (const other of others) {
      await promptly("it is ready", other.ready);
      expect((await answer(fetch(`${other.url}/notes/1`)))[0]).toBe(200);
    }
  });

  it("gives up what it has sent to a silent node, refuses the rest at once, and comes back", async () => {
    await proxy.swallow();
    const sent = await Promise.all([ask("/notes/1"), ask("/notes/2"), put()]);
    for (const { status } of sent) {
      expect(status).toBeGreaterThanOrEqual(500);
      expect(status).not.toBe(500);
    }
    await eventually("it is not ready", async () => (await ask("/readyz")).status === 503);
    for (const refused of [await ask("/notes/1"), await put()]) {
      expect(refused).toEqual({ status: 503, code: "unavailable" });
    }
    proxy.restore();
    await eventually("it is ready", async () => (await ask("/readyz")).status === 200);
    expect((await ask("/notes/1")).status).toBe(200);
    expect((await put()).status).toBe(204);
  });
});
