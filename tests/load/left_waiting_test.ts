/**
 * A caller who leaves while its request waits for something other than a slot: for its turn to read a page of a stream,
 * or for the keys of the issuer of its token. What has not begun by then is not begun for nobody.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, afterEach, before, describe, it } from "@std/testing/bdd";
import { withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { KEYS_PATH, type OwnIssuer, startOwnIssuer } from "../support/auth/own_issuer.ts";
import { publicPart } from "../support/auth/token_signer.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { connectTo, headOf, type RawRequest, writeAll } from "../support/clients/raw_http.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { scrape } from "../support/telemetry/metrics_text.ts";
import { endOf } from "../support/telemetry/request_end.ts";

const CQL = {
  migration: "CREATE TABLE words (id int, line int, word text, PRIMARY KEY (id, line));",
  queries: `
-- name: list_words :many
-- @route GET /words/{id}
-- @public
SELECT word FROM words WHERE id = :id;

-- name: set_word :exec
-- @route PUT /words/{id}/{line}
-- @scope stations:write
-- @waive tenant-not-bound: everybody has the same words
UPDATE words SET word = :word WHERE id = :id AND line = :line;
`,
};

/** As many pages of streams are read at once. */
const PAGES_AT_ONCE = 16;

const stack = new AsyncDisposableStack();
let proxy: SlowProxy;
let issuer: OwnIssuer;
let service: OwnService;
before(async () => {
  const node = await withTestCassandra();
  stack.defer(() => node.close());
  proxy = stack.use(startSlowProxy(node.contactPoint));
  issuer = stack.use(await startOwnIssuer());
  service = stack.use(
    await startOwnService(CQL, {
      env: {
        CASSANDRA_CONTACT_POINTS: proxy.contactPoint,
        MAX_IN_FLIGHT_PER_CALLER: "0",
        MAX_STREAMS: "64",
        MAX_STREAMS_PER_ROUTE: "64",
        OIDC_ISSUER: issuer.issuer,
        REQUEST_TIMEOUT_MS: "60000",
      },
    }),
  );
});
afterEach(() => {
  proxy.holdsResults = false;
  issuer.answer = null;
});
after(() => stack.disposeAsync());

async function leaveWhile(request: RawRequest, isWaiting: () => Promise<boolean> | boolean) {
  const connection = await connectTo(service.url);
  await writeAll(connection, headOf(request));
  await writeAll(connection, new TextEncoder().encode(`${request.body ?? ""}`));
  await eventually("it waits", isWaiting);
  connection.close();
}

async function streams(): Promise<number> {
  return (await scrape(service.adminUrl)).value('cqlgate_load_streams{kind="stream"}')!;
}

describe("A caller who leaves", () => {
  it("before its turn to read a page gives its slot up at once, and no page is read for it", async () => {
    const headers = { accept: "application/x-ndjson" };
    const { executes } = proxy;
    proxy.holdsResults = true;
    const reading = Array.from({ length: PAGES_AT_ONCE }, async (_, id) => {
      const response = await service.request(`/words/${id}`, { user: null, headers });
      return [response.status, await response.text()];
    });
    await eventually("their pages are read", () => proxy.executes === executes + PAGES_AT_ONCE);

    const id = "before-its-turn";
    const request = {
      path: "/words/100",
      headers: ["Accept: application/x-ndjson", `X-Request-Id: ${id}`],
    };
    await leaveWhile(request, async () => await streams() === PAGES_AT_ONCE + 1);
    expect(await eventually("it is over", () => endOf(service, id))).toMatchObject({
      status: 499,
      completed: false,
    });
    expect(await streams()).toBe(PAGES_AT_ONCE);

    proxy.holdsResults = false;
    expect(await Promise.all(reading)).toEqual(reading.map(() => [200, ""]));
    expect(proxy.executes).toBe(executes + PAGES_AT_ONCE);
  });

  it("before the keys for its token are there writes nothing", async () => {
    let isAsked = false;
    const answered = Promise.withResolvers<Response>();
    issuer.answer = (path) => {
      if (path !== KEYS_PATH) return;
      isAsked = true;
      return answered.promise;
    };
    await issuer.rotate();
    const id = "before-its-keys";
    const token = await issuer.token({ claims: { scope: "stations:write" } });
    const body = '{"word":"tern"}';
    const { executes } = proxy;
    await leaveWhile({
      method: "PUT",
      path: "/words/1/1",
      headers: [
        `Authorization: Bearer ${token}`,
        `X-Request-Id: ${id}`,
        "Content-Type: application/json",
        `Content-Length: ${body.length}`,
      ],
      body,
    }, () => isAsked);
    expect(await eventually("it is over", () => endOf(service, id))).toMatchObject({
      status: 499,
      completed: false,
    });

    answered.resolve(Response.json({ keys: issuer.keys.map(publicPart) }));
    // The same token, which is known once the keys are there.
    const headers = { authorization: `Bearer ${token}` };
    const next = await service.request("/words/1/2", {
      method: "PUT",
      json: {},
      user: null,
      headers,
    });
    expect(next.status).toBe(422);
    expect(proxy.executes).toBe(executes);
    const { rows } = await service.client.execute("SELECT word FROM words WHERE id = 1");
    expect(rows).toEqual([]);
  });
});
