/**
 * What the log says of statements that take long. Cassandra is slow, or silent, behind a proxy of the test's
 * own.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, afterEach, before, describe, it } from "@std/testing/bdd";
import { withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { captureLog } from "../support/telemetry/log_capture.ts";

const SLOW_MS = 300;
/** Longer than a statement takes that is slowed down, whatever else the machine does. */
const TIMEOUT_MS = 30_000;
const SECRET = "s3cret";

/** A query of its own for each test: lines are held back by query. */
function listWords(name: string): string {
  return `
-- name: ${name} :many
-- @route GET /${name}/{author}
-- @public
SELECT word FROM words WHERE author = :author;
`;
}

const CQL = {
  migration: "CREATE TABLE words (author text, word text, PRIMARY KEY (author, word));",
  queries: `
${["plain", "again", "storm", "fast", "rested"].map(listWords).join("\n")}

-- name: silent :many
-- @route GET /silent/{author}
-- @public
-- @timeout 800ms
SELECT word FROM words WHERE author = :author;

-- name: list_all :many
-- @route GET /words
-- @public
-- @consistency ONE
SELECT author, word FROM words WHERE author IN ('a', 'b');

-- name: put_words :exec
-- @route POST /words
-- @public
-- @bulk
INSERT INTO words (author, word) VALUES (:author, :word);
`,
};

let node: Awaited<ReturnType<typeof withTestCassandra>>;
let proxy: SlowProxy;
let service: OwnService;
let log: Awaited<ReturnType<typeof captureLog>>;

before(async () => {
  log = await captureLog();
  node = await withTestCassandra();
  proxy = startSlowProxy(node.contactPoint);
  service = await startOwnService(CQL, {
    env: {
      CASSANDRA_CONTACT_POINTS: proxy.contactPoint,
      REQUEST_TIMEOUT_MS: `${TIMEOUT_MS}`,
      SLOW_QUERY_MS: `${SLOW_MS}`,
    },
  });
});
afterEach(async () => {
  proxy.delayMs = 0;
  await eventually("it answers again", async () => {
    const response = await service.request("/rested/a");
    await response.body?.cancel();
    return response.status === 200;
  });
  log.records.length = 0;
});
after(async () => {
  await service?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await node?.close();
  await log?.[Symbol.asyncDispose]();
});

interface SlowLine extends Record<string, unknown> {
  readonly key: string | null;
  readonly left_out?: number;
}

function slowLines(): SlowLine[] {
  return log.records.filter(({ rawMessage }) => `${rawMessage}`.startsWith("Slow query"))
    .map(({ properties }) => properties as SlowLine)
    // A busy machine makes any query slow.
    .filter(({ query }) => query !== "rested");
}

/** The lines of the next requests, which Cassandra answers late or not at all. */
async function askAll(paths: readonly string[], delayMs: number): Promise<Response[]> {
  proxy.delayMs = delayMs;
  const responses = await Promise.all(paths.map((path) => service.request(path)));
  await Promise.all(responses.map((response) => response.body?.cancel()));
  return responses;
}

describe("A slow query", () => {
  it("is a line that says which, where, how often, how long and for which request", async () => {
    const [response] = await askAll([`/plain/${SECRET}`], SLOW_MS + 50);
    const [line, ...more] = slowLines();
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      query: "plain",
      key: expect.stringMatching(/^[\w-]{16}$/),
      coordinator: proxy.contactPoint,
      attempts: 1,
      consistency: "LOCAL_ONE",
      rows_received: 0,
      rows_sent: 0,
      outcome: "ok",
      request_id: response!.headers.get("x-request-id"),
    });
    const { duration_ms, cassandra_ms } = line as Record<string, number>;
    expect(cassandra_ms).toBeGreaterThanOrEqual(SLOW_MS);
    expect(duration_ms).toBeGreaterThanOrEqual(cassandra_ms!);
    expect(JSON.stringify(log.records)).not.toContain(SECRET);
  });

  it("names the node that never answered", async () => {
    const [response] = await askAll(["/silent/a"], Infinity);
    expect(response!.status).toBe(504);
    expect(slowLines()).toEqual([
      expect.objectContaining({
        coordinator: proxy.contactPoint,
        attempts: 1,
        rows_received: 0,
        outcome: "timeout",
      }),
    ]);
  });

  it("has no key where it is about several partitions, and its own consistency", async () => {
    await askAll(["/words"], SLOW_MS + 50);
    expect(slowLines()).toEqual([expect.objectContaining({ key: null, consistency: "ONE" })]);
  });

  it("counts the rows of a batch", async () => {
    proxy.delayMs = SLOW_MS + 50;
    const response = await service.request("/words", {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: '{"author":"b","word":"one"}\n{"author":"b","word":"two"}\n',
    });
    await response.text();
    expect(slowLines()).toEqual([expect.objectContaining({ query: "put_words", rows_sent: 2 })]);
  });

  it("has the same key again for the same partition only", async () => {
    const keys: (string | null)[] = [];
    for (const author of ["c", "d", "c"]) {
      await askAll([`/again/${author}`], SLOW_MS + 50);
      const before = keys.length;
      await eventually("it is logged", () => {
        const [line] = slowLines().slice(before);
        return line !== undefined && keys.push(line.key);
      });
    }
    expect(keys[0]).toBe(keys[2]);
    expect(keys[1]).not.toBe(keys[0]);
  });

  it("is one line a second where there are many, which says how many it stands for", async () => {
    const paths = Array.from({ length: 24 }, (_, index) => `/storm/${index}`);
    const startedAt = performance.now();
    await askAll(paths, SLOW_MS + 50);
    const lines = await eventually("all are accounted for", () => {
      const lines = slowLines();
      const count = lines.reduce((sum, { left_out = 0 }) => sum + 1 + left_out, 0);
      return count === paths.length && lines;
    });
    expect(lines.length).toBeLessThan(3 + (performance.now() - startedAt) / 1_000);
  });
});

describe("A fast query", () => {
  it("leaves no line", async () => {
    await eventually("it is fast", async () => {
      log.records.length = 0;
      const startedAt = performance.now();
      await askAll(["/fast/a"], 0);
      return performance.now() - startedAt < SLOW_MS;
    });
    expect(slowLines()).toEqual([]);
  });
});
