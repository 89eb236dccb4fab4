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
import { eventually } from "../support/eventually.ts";
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
const REQUEST_TIMEOUT_MS = 10_000;
/** What comes at once takes far less, even on a busy machine, and what waits for the deadline takes longer. */
const AT_ONCE_MS = 9_000;
/** For a busy machine. */
const SLACK_MS = 10_000;

describe("a service whose packets to Cassandra are dropped", () => {
  const stack = new AsyncDisposableStack();
  const port = freePort("127.0.3.1");
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

  /** The status, the code of a problem, and how long it took. */
  async function ask(path: string, init?: RequestInit) {
    const startedAt = performance.now();
    const [status, body] = await answer(fetch(service.url + path, init));
    const { code } = (body ?? {}) as { readonly code?: string };
    return { status, code, tookMs: performance.now() - startedAt };
  }
  const put = () =>
    ask("/notes/2", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: '{"body": "b"}',
    });

  it("answers at boot that it is not ready, and is ready as soon as they get through", async () => {
    for (const path of ["/readyz", "/notes/1"]) {
      const { status, tookMs } = await ask(path);
      expect([path, status]).toEqual([path, 503]);
      expect(tookMs).toBeLessThan(AT_ONCE_MS);
    }
    expect((await ask("/livez")).status).toBe(200);
    proxy.restore();
    await service.ready;
    expect((await ask("/notes/1")).status).toBe(200);
  });

  it("is ready all the same where that is so for one of its contact points", async () => {
    using _hole = await openBlackHole({ hostname: "127.0.3.2", port });
    const startedAt = performance.now();
    // The driver tries them in any order, so that one of a few meets that address first.
    const others = await Promise.all(
      [1, 2, 3].map(() => startOn(`127.0.3.2:${port},127.0.3.1:${port}`)),
    );
    for (const other of others) {
      await other.ready;
      expect((await answer(fetch(`${other.url}/notes/1`)))[0]).toBe(200);
    }
    // One attempt to connect, which ends after two seconds, and the rest of a boot on a busy machine.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it("answers what it has sent within the deadline, refuses the rest at once, and comes back", async () => {
    await proxy.swallow();
    const sent = await Promise.all([ask("/notes/1"), ask("/notes/2"), put()]);
    for (const { status, tookMs } of sent) {
      expect(status).toBeGreaterThanOrEqual(500);
      expect(status).not.toBe(500);
      expect(tookMs).toBeLessThan(REQUEST_TIMEOUT_MS + SLACK_MS);
    }
    await eventually("it is not ready", async () => (await ask("/readyz")).status === 503);
    for (const { status, code, tookMs } of [await ask("/notes/1"), await put()]) {
      expect({ status, code }).toEqual({ status: 503, code: "unavailable" });
      expect(tookMs).toBeLessThan(AT_ONCE_MS);
    }
    proxy.restore();
    await eventually("it is ready", async () => (await ask("/readyz")).status === 200);
    expect((await ask("/notes/1")).status).toBe(200);
    expect((await put()).status).toBe(204);
  });
});
