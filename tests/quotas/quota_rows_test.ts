/**
 * Quotas of rows on the running service, which take what a request reads or writes, and `@max-rows`, which
 * bounds what one request reads.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { EXAMPLE, problemOf, startTestService, type TestRequest } from "../support/harness.ts";
import type { TestService } from "../support/harness.ts";

const MIGRATION = `
CREATE TABLE items (list text, id int, version int, PRIMARY KEY ((list), id));
`;

const SELECT = "SELECT id FROM items WHERE list = :list;";

/** Each query has a quota of its own, which does not fill while the test runs. */
const QUERIES = `
-- @scope stations:read
-- @rate 100000 rows/d

-- name: paged_items :many
-- @route GET /paged/{list}
-- @rate 100 rows/d
${SELECT}

-- name: streamed_items :many
-- @route GET /streamed/{list}
-- @rate 5000 rows/d
${SELECT}

-- name: get_item :one
-- @route GET /items/{list}/{id}
-- @etag version
-- @rate 100 rows/d
SELECT id, version FROM items WHERE list = :list AND id = :id;

-- name: put_item :exec
-- @route PUT /items/{list}/{id}
-- @rate 100 rows/d
INSERT INTO items (list, id) VALUES (:list, :id);

-- name: create_item :applied
-- @route POST /created/{list}/{id}
-- @rate 100 rows/d
INSERT INTO items (list, id) VALUES (:list, :id) IF NOT EXISTS;

-- name: add_items :exec
-- @route POST /added/{list}
-- @bulk
-- @rate 100 rows/d
INSERT INTO items (list, id) VALUES (:list, :id);

-- name: append_items :exec
-- @route POST /appended/{list}
-- @bulk
-- @rate 100 rows/d
INSERT INTO items (list, id) VALUES (:list, :id);

-- name: bounded_items :many
-- @route GET /bounded/{list}
-- @max-rows 1500
${SELECT}

-- name: short_items :many
-- @route GET /short/{list}
-- @max-rows 10
-- @page size=20
${SELECT}

-- name: all_items :many
${SELECT}

-- name: few_items :many
-- @max-rows 9
${SELECT}

-- name: one_item :one
SELECT id FROM items WHERE list = :list AND id = :id;

-- name: keep_item :exec
INSERT INTO items (list, id) VALUES (:list, :id);

-- name: claim_item :applied
INSERT INTO items (list, id) VALUES (:list, :id) IF NOT EXISTS;
`;

const LISTS = { ten: 10, eleven: 11, large: 1_500, larger: 1_501 };

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    cql: { migration: MIGRATION, queries: QUERIES },
    routes: ["rows/count_rows"],
  });
  for (const [list, count] of Object.entries(LISTS)) {
    const rows = Array.from({ length: count }, (_, id) => id);
    for (let start = 0; start < count; start += 500) {
      await service.client.batch(
        rows.slice(start, start + 500).map((id) => ({
          query: "INSERT INTO items (list, id, version) VALUES (?, ?, 1)",
          params: [list, id],
        })),
        { prepare: true, logged: false },
      );
    }
  }
});
after(() => service?.[Symbol.asyncDispose]());

const NDJSON = "application/x-ndjson";

/** The rows that are left of a quota after a request. */
async function leftAfter(path: string, options: TestRequest = {}): Promise<[number, number]> {
  const response = await service.request(path, options);
  await response.body?.cancel();
  const [, left] = /"rows\/d per caller";r=(\d+)/.exec(response.headers.get("ratelimit") ?? "") ??
    [];
  return [response.status, Number(left)];
}

describe("A quota of rows", () => {
  it("takes the rows of each page, HEAD's too", async () => {
    expect(await leftAfter("/paged/ten?limit=4")).toEqual([200, 96]);
    expect(await leftAfter("/paged/ten")).toEqual([200, 86]);
    expect(await leftAfter("/paged/none")).toEqual([200, 86]);
    expect(await leftAfter("/paged/ten", { method: "HEAD" })).toEqual([200, 76]);
    expect(await leftAfter("/paged/ten?limit=x")).toEqual([422, 76]);
  });

  it("takes the rows of a stream as they are read, and lets nobody in who is in debt", async () => {
    const headers = { accept: NDJSON };
    for (const _ of [1, 2, 3]) {
      const response = await service.request("/streamed/larger", { headers });
      expect((await response.text()).trim().split("\n")).toHaveLength(1_501);
    }
    expect(await leftAfter("/streamed/ten", { headers })).toEqual([200, 487]);
    expect((await service.request("/streamed/larger", { headers }).then((r) => r.text())).length)
      .toBeGreaterThan(0);
    const refused = await service.request("/streamed/ten");
    expect(await problemOf(refused)).toMatchObject({
      code: "rate_limited",
      detail: expect.stringContaining('"rows/d per caller"'),
    });
    // A thousand rows are owed, at 5,000 a day.
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(86_400 / 5 - 60);
    expect(await leftAfter("/streamed/ten", { user: "reader" })).toEqual([200, 4_990]);
  });

  it("takes the row of a read, even where the caller has it already", async () => {
    expect(await leftAfter("/items/ten/1")).toEqual([200, 99]);
    expect(await leftAfter("/items/ten/1", { headers: { "if-none-match": "*" } }))
      .toEqual([304, 98]);
    expect(await leftAfter("/items/ten/77")).toEqual([404, 98]);
  });

  it("takes one for a write, whether or not its condition holds", async () => {
    const put = { method: "PUT", json: {} };
    expect(await leftAfter("/items/written/1", put)).toEqual([204, 99]);
    const post = { method: "POST", json: {} };
    expect(await leftAfter("/created/written/2", post)).toEqual([201, 99]);
    expect(await leftAfter("/created/written/2", post)).toEqual([409, 98]);
  });

  it("takes the lines of an upload, those with mistakes too", async () => {
    const one = { method: "POST", json: { id: 1 } };
    expect(await leftAfter("/added/uploaded", one)).toEqual([204, 99]);
    const body = '{"id": 1}\n{"id": "x"}\n{"id": 2}\n{\n';
    const upload = { method: "POST", body, headers: { "content-type": NDJSON } };
    await (await service.request("/added/uploaded", upload)).text();
    expect(await leftAfter("/added/uploaded", one)).toEqual([204, 94]);
    const csv = { method: "POST", body: "id\n1\n\nx\n", headers: { "content-type": "text/csv" } };
    await (await service.request("/added/uploaded", csv)).text();
    expect(await leftAfter("/added/uploaded", one)).toEqual([204, 91]);
    const array = { method: "POST", json: Array.from({ length: 200 }, (_, id) => ({ id })) };
    await (await service.request("/added/uploaded", array)).text();
    expect(await leftAfter("/added/uploaded", one)).toEqual([429, 0]);
  });

  it("ends an upload that would go on in debt, and says where and for how long", async () => {
    const lines = Array.from({ length: 20_000 }, (_, id) => `{"id": ${id}}\n`).join("");
    const options = { method: "POST", headers: { "content-type": NDJSON }, user: "reader" };
    const upload = await service.request("/appended/endless", { ...options, body: lines });
    expect(upload.status).toBe(200);
    const { summary } = JSON.parse((await upload.text()).trim().split("\n").at(-1)!);
    expect(summary.stopped).toMatch(
      /^the quota of "rows\/d per caller" is used up: wait \d+ s, then send the rest$/,
    );
    // At least what the quota allows, and little more than the block in which it ended.
    expect(summary.written).toBe(summary.read);
    expect(summary.read).toBeGreaterThanOrEqual(100);
    expect(summary.read).toBeLessThan(20_000);
    const { rows } = await service.client.execute(
      "SELECT count(*) AS n FROM items WHERE list = 'endless'",
    );
    expect(Number(rows[0]!.n)).toBe(summary.written);
    const refused = await service.request("/appended/endless", { ...options, body: lines });
    expect(await problemOf(refused)).toMatchObject({ code: "rate_limited" });
  });

  it("of a hand-written route takes what its queries read and write", async () => {
    const post = { method: "POST" };
    expect(await leftAfter("/count_rows/many", post)).toEqual([200, 90]);
    expect(await leftAfter("/count_rows/stream", post)).toEqual([200, 80]);
    expect(await leftAfter("/count_rows/one", post)).toEqual([200, 79]);
    expect(await leftAfter("/count_rows/write", post)).toEqual([200, 77]);
    expect(await leftAfter("/count_rows/nothing", post)).toEqual([200, 77]);
  });
});

describe("@max-rows", () => {
  for (const accept of [NDJSON, "text/csv"]) {
    it(`lets a ${accept} stream have as many rows`, async () => {
      const whole = await service.request("/bounded/large", { headers: { accept } });
      const lines = (await whole.text()).trim().split("\n");
      expect(lines).toHaveLength(accept === NDJSON ? 1_500 : 1_501);
      const short = await service.request("/short/ten", { headers: { accept } });
      expect(short.status).toBe(200);
      await short.text();
    });

    it(`refuses a ${accept} stream before its first row, where that is soon enough`, async () => {
      for (const path of ["/short/eleven", "/short/larger"]) {
        const response = await service.request(path, { headers: { accept } });
        expect(await problemOf(response)).toMatchObject({ status: 400, code: "result_too_large" });
        expect(response.headers.get("ratelimit")).toMatch(/^"rows\/d per caller";r=\d+/);
      }
    });

    it(`breaks a ${accept} stream off that turns out to be longer`, async () => {
      const response = await service.request("/bounded/larger", { headers: { accept } });
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow();
      expect(service.observations).toContainEqual(expect.objectContaining({
        kind: "request",
        requestId: response.headers.get("x-request-id"),
        code: "result_too_large",
        completed: false,
      }));
    });
  }

  it("leaves no way to read for nothing", async () => {
    const [, before] = await leftAfter("/short/none");
    const headers = { accept: NDJSON };
    expect(await leftAfter("/short/larger", { headers })).toEqual([400, before - 11]);
  });

  it("leaves pages alone", async () => {
    const response = await service.request("/short/eleven");
    expect((await response.json()).items).toHaveLength(11);
  });

  it("holds for what a handler reads", async () => {
    for (const how of ["few", "few_streamed"]) {
      const response = await service.request(`/count_rows/${how}`, { method: "POST" });
      expect(await problemOf(response)).toMatchObject({ status: 400, code: "result_too_large" });
    }
  });

  it("stands in the OpenAPI document", async () => {
    const { paths } = await (await service.request("/openapi.json")).json();
    const { responses } = paths["/bounded/{list}"].get;
    expect(responses[200].description).toContain("of 1500 rows at most");
    expect(Object.keys(responses[400].content["application/problem+json"].examples))
      .toContain("result_too_large");
    expect(
      Object.keys(
        paths["/paged/{list}"].get.responses[400].content["application/problem+json"].examples,
      ),
    )
      .not.toContain("result_too_large");
  });
});
