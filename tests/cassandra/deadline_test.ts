/**
 * One deadline for a request, whatever Cassandra does: a node that answers nothing, and one that answers
 * slowly. Its way to the service is a proxy of the test's own.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, afterEach, before, describe, it } from "@std/testing/bdd";
import { withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { answer, type OwnService, type Page, startOwnService } from "../support/own_service.ts";

const TIMEOUT_MS = 3_000;
const OWN_TIMEOUT_MS = 300;

const CQL = {
  migration: `
CREATE TABLE words (id int, word text, PRIMARY KEY (id, word));
CREATE TABLE counts (id int PRIMARY KEY, count counter);
CREATE TABLE events (month text, at timestamp, word text, PRIMARY KEY (month, at));
`,
  queries: `
-- name: list_words :many
-- @route GET /words
-- @public
-- @page size=200 max=200
SELECT word FROM words WHERE id = 1;

-- name: list_events :many
-- @route GET /events
-- @public
-- @walk month from=:since to=:until order=asc max=12
-- @page size=200 max=200
SELECT word FROM events WHERE month = :month AND at >= :since AND at <= :until;

-- name: get_word :one
-- @route GET /words/{word}
-- @public
SELECT word FROM words WHERE id = 1 AND word = :word;

-- name: get_word_soon :one
-- @route GET /soon/{word}
-- @public
-- @timeout ${OWN_TIMEOUT_MS}ms
SELECT word FROM words WHERE id = 1 AND word = :word;

-- name: put_word :exec
-- @route PUT /words/{word}
-- @public
INSERT INTO words (id, word) VALUES (1, :word);

-- name: add_word :applied
-- @route POST /words/{word}
-- @public
INSERT INTO words (id, word) VALUES (1, :word) IF NOT EXISTS;

-- name: count :exec
-- @route POST /counts/{id}
-- @public
UPDATE counts SET count = count + 1 WHERE id = :id;

-- name: put_words :exec
-- @route POST /words
-- @public
-- @bulk
INSERT INTO words (id, word) VALUES (2, :word);
`,
};
const WORDS = 120;
/** After April, buckets are empty. */
const EVENT_MONTHS = ["2020-02", "2020-03", "2020-04"];
const WALK = "/events?since=2020-01-01T00:00:00Z&until=2020-12-31T00:00:00Z";

let node: Awaited<ReturnType<typeof withTestCassandra>>;
let proxy: SlowProxy;
let service: OwnService;
before(async () => {
  node = await withTestCassandra();
  proxy = startSlowProxy(node.contactPoint);
  service = await startOwnService(CQL, {
    env: {
      CASSANDRA_CONTACT_POINTS: proxy.contactPoint,
      REQUEST_TIMEOUT_MS: `${TIMEOUT_MS}`,
    },
  });
  const insert = "INSERT INTO words (id, word) VALUES (1, ?)";
  for (let index = 0; index < WORDS; index++) await service.client.execute(insert, [`w${index}`]);
  const insertEvent = "INSERT INTO events (month, at, word) VALUES (?, ?, ?)";
  for (const month of EVENT_MONTHS) {
    const at = new Date(`${month}-05T00:00:00Z`);
    await service.client.execute(insertEvent, [month, at, month], { prepare: true });
  }
});
afterEach(async () => {
  proxy.delayMs = 0;
  proxy.holdsResults = false;
  await eventually("it answers again", async () => {
    const response = await service.request("/words/w1");
    await response.body?.cancel();
    return response.status === 200;
  });
});
after(async () => {
  await service?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await node?.close();
});

/** The status, the code, how long the answer took, and what the operator is told of its cause. */
async function timed(path: string, options?: Parameters<OwnService["request"]>[1]) {
  const since = service.observations.length;
  const startedAt = performance.now();
  const request = answer(service.request(path, options));
  const [status, body] = await promptly("it is answered", request);
  const durationMs = performance.now() - startedAt;
  const { code } = body as { readonly code?: string };
  const { cause } = await eventually(
    "the request is over",
    () => service.observations.slice(since).find((each) => each.kind === "request"),
  );
  return { status, code, durationMs, cause };
}

// It answers all else: a node that is silent for two seconds is given up, which may come before the deadline.
describe("The deadline of a request whose result does not come", () => {
  const CASES: [path: string, method: string, code: string, timeoutMs: number][] = [
    ["/words/w1", "GET", "timeout", TIMEOUT_MS],
    ["/soon/w1", "GET", "timeout", OWN_TIMEOUT_MS],
    ["/words", "GET", "timeout", TIMEOUT_MS],
    ["/words/new", "PUT", "timeout", TIMEOUT_MS],
    ["/words/new", "POST", "outcome_unknown", TIMEOUT_MS],
    ["/counts/1", "POST", "outcome_unknown", TIMEOUT_MS],
  ];
  for (const [path, method, code, timeoutMs] of CASES) {
    it(`holds for ${method} ${path}: ${code} after ${timeoutMs} ms`, async () => {
      proxy.holdsResults = true;
      const result = await timed(path, { method });
      // It is the deadline that has ended it, and not what the driver waits for an answer.
      expect(result).toMatchObject({ status: 504, code, cause: { name: "DeadlinePassed" } });
      expect(Deno.inspect(result.cause)).not.toContain("12000 ms");
      expect(result.durationMs).toBeGreaterThan(timeoutMs - 50);
    });
  }

  it("holds for each line of a bulk request, attempts included", async () => {
    proxy.holdsResults = true;
    const request = service.request("/words", {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: '{"word":"a"}\n',
    });
    const response = await promptly("it is answered", request);
    const [line] = (await response.text()).split("\n");
    expect(JSON.parse(line!)).toMatchObject({ line: 1, code: "timeout" });
  });

  it("is the end of what is sent", async () => {
    proxy.holdsResults = true;
    await timed("/soon/w1");
    const { executes } = proxy;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(proxy.executes).toBe(executes);
  });
});

describe("A page of a node that answers slowly", () => {
  /** The items of all pages, where the result after so many results does not come in time. */
  async function itemsOf(path: string, { results }: { results: number }) {
    proxy.delayMs = 200;
    const { executes } = proxy;
    const answering = answer(service.request(path));
    await eventually("it asks for another result", () => proxy.executes > executes + results);
    proxy.holdsResults = true;
    const [status, body] = await answering;
    expect(status).toBe(200);
    proxy.holdsResults = false;
    proxy.delayMs = 0;
    const first = body as Page<{ word: string }>;
    expect(first.next_cursor).not.toBe(null);
    const words = first.items.map(({ word }) => word);
    let cursor = first.next_cursor;
    while (cursor !== null) {
      const separator = path.includes("?") ? "&" : "?";
      const [, next] = await answer(
        service.request(`${path}${separator}cursor=${encodeURIComponent(cursor)}`),
      );
      const page = next as Page<{ word: string }>;
      words.push(...page.items.map(({ word }) => word));
      cursor = page.next_cursor;
    }
    return { first: first.items.length, words };
  }

  it("ends with the deadline, and the next ones go on from there", async () => {
    const { first, words } = await itemsOf("/words", { results: 1 });
    expect(first).toBeGreaterThan(0);
    expect(new Set(words).size).toBeGreaterThanOrEqual(WORDS);
    expect(words.length).toBe(new Set(words).size);
  });

  it("does so on a walk whose next bucket does not come in time", async () => {
    // January is empty, so two buckets are read after it.
    const { first, words } = await itemsOf(WALK, { results: 3 });
    expect(first).toBeGreaterThan(0);
    expect(words).toEqual(EVENT_MONTHS);
  });

  it("does so on a walk that has seen empty buckets alone", async () => {
    const { first, words } = await itemsOf(WALK, { results: 1 });
    expect(first).toBe(0);
    expect(words).toEqual(EVENT_MONTHS);
  });
});
