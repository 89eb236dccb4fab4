/**
 * The metrics of a running service: what requests, statements, tokens and connections leave there.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { eventually } from "./support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "./support/harness.ts";
import { type MetricsText, scrape } from "./support/metrics_text.ts";

const QUERIES = `
-- name: three_replicas :many
-- Asks for more replicas than there are.
-- @route GET /three
-- @public
-- @consistency THREE
SELECT station_id FROM stations WHERE tenant_id = 'acme';
`;

let service: TestService & AsyncDisposable;

before(async () => {
  service = await startTestService({ cqlDir: EXAMPLE, cql: { queries: QUERIES } });
});
after(() => service[Symbol.asyncDispose]());

async function ask(...args: Parameters<TestService["request"]>): Promise<string> {
  return await (await service.request(...args)).text();
}

/** Once every request so far has been counted. */
async function scrapeAtRest(): Promise<MetricsText> {
  return await eventually("nothing is in flight", async () => {
    const metrics = await scrape(service.adminUrl);
    return metrics.value("cqlgate_http_requests_in_flight") === 0 && metrics;
  });
}

/** By how much each series grew while something was done. */
async function growthOf(series: readonly string[], work: () => Promise<unknown>) {
  const before = await scrapeAtRest();
  await work();
  const after = await scrapeAtRest();
  return series.map((each) => (after.value(each) ?? NaN) - (before.value(each) ?? NaN));
}

describe("GET /metrics", () => {
  it("has each route at zero, with every code that its description names", async () => {
    const { text } = await scrape(service.adminUrl);
    const { paths } = await (await service.request("/openapi.json")).json();
    const operations = Object.entries(paths).flatMap(([route, methods]) =>
      Object.entries(methods as Record<string, { responses: Record<string, unknown> }>)
        .map(([method, { responses }]) => ({ method: method.toUpperCase(), route, responses }))
    );
    expect(operations.length).toBeGreaterThan(10);
    for (const { method, route, responses } of operations) {
      const begins = `cqlgate_http_requests_total{method="${method}",route="${route}",`;
      const lines = text.split("\n").filter((line) => line.startsWith(begins));
      const codes = lines.map((line) => /code="(\w+)"/.exec(line)![1]!);
      const described = JSON.stringify(responses).matchAll(/"#\/components\/examples\/(\w+)"/g);
      const expected = new Set([...described].map(([, code]) => code!));
      expect([route, codes.filter((code) => !["ok", "incomplete"].includes(code)).sort()])
        .toEqual([route, [...expected].sort()]);
      expect([route, codes.includes("ok")]).toEqual([route, true]);
    }
  });

  it("counts requests by route, status and code", async () => {
    const route = `method="GET",route="/stations/{station_id}"`;
    const growth = await growthOf([
      `cqlgate_http_requests_total{${route},status="404",code="not_found"}`,
      `cqlgate_http_requests_total{${route},status="401",code="missing_token"}`,
      `cqlgate_http_requests_total{${route},status="200",code="ok"}`,
    ], async () => {
      await ask("/stations", { method: "POST", json: { station_id: "counted", name: "Counted" } });
      await ask("/stations/nowhere");
      await ask("/stations/nowhere", { user: null });
      for (const _ of [1, 2]) await ask("/stations/counted");
    });
    expect(growth).toEqual([1, 1, 2]);
  });

  it("says how much of a request and of a statement is Cassandra's", async () => {
    const series = [
      `cqlgate_http_request_duration_seconds_sum{method="GET",route="/stations",status="200"}`,
      `cqlgate_http_request_cassandra_seconds_total{method="GET",route="/stations"}`,
      `cqlgate_cassandra_statement_duration_seconds_sum{query="list_stations",outcome="ok"}`,
      `cqlgate_cassandra_server_seconds_total{query="list_stations"}`,
    ];
    const [request = NaN, cassandra = NaN, statement = NaN, server = NaN] = await growthOf(
      series,
      async () => {
        for (let count = 0; count < 5; count++) await ask("/stations");
      },
    );
    expect(server).toBeGreaterThan(0);
    expect(statement).toBeGreaterThanOrEqual(server);
    expect(cassandra).toBeGreaterThanOrEqual(server);
    expect(request).toBeGreaterThanOrEqual(cassandra);
  });

  it("counts rows and bytes each way, of a bulk request too", async () => {
    const write = `query="record_observation"`;
    const read = `query="list_observations"`;
    const lines = [0, 1, 2].map((hour) =>
      `{"observed_at":"2010-01-01T0${hour}:00:00Z","temperature":1.5}\n`
    );
    const growth = await growthOf([
      `cqlgate_cassandra_rows_total{${write},direction="sent"}`,
      `cqlgate_cassandra_rows_total{${write},direction="received"}`,
      `cqlgate_cassandra_rows_total{${read},direction="sent"}`,
      `cqlgate_cassandra_rows_total{${read},direction="received"}`,
      `cqlgate_cassandra_bytes_total{${write},direction="sent"}`,
      `cqlgate_cassandra_bytes_total{${read},direction="sent"}`,
      `cqlgate_cassandra_bytes_total{${read},direction="received"}`,
    ], async () => {
      await ask("/stations/rows/observations", {
        method: "POST",
        body: lines.join(""),
        headers: { "content-type": "application/x-ndjson" },
      });
      await ask("/stations/rows/observations/2010-01");
    });
    const keys = "acme".length + "rows".length + "2010-01".length;
    expect(growth.slice(0, 4)).toEqual([3, 0, 0, 3]);
    // Each row: its key, an instant of eight bytes, and a temperature of eight or four.
    expect(growth[4]! / 3 - keys).toBeGreaterThanOrEqual(12);
    expect(growth[4]! / 3 - keys).toBeLessThanOrEqual(16);
    expect(growth[5]).toBe(keys);
    // Each cell has a length of four bytes.
    expect(growth[6]! / 3).toBeGreaterThanOrEqual(4 * 4 + 12);
  });

  it("counts what Cassandra cannot do as its outcome and code, and as no timeout", async () => {
    const growth = await growthOf([
      `cqlgate_http_requests_total{method="GET",route="/three",status="503",code="unavailable"}`,
      `cqlgate_cassandra_timeouts_total{query="three_replicas",timeout="read"}`,
      `cqlgate_cassandra_guardrail_hits_total{query="three_replicas",action="refused"}`,
    ], () => ask("/three", { user: null }));
    expect(growth).toEqual([1, 0, 0]);
  });

  it("knows a token again, and says how many it keeps", async () => {
    const token = await service.token("reader");
    const headers = { authorization: `Bearer ${token}` };
    const series = (result: string) => `cqlgate_token_cache_lookups_total{result="${result}"}`;
    const growth = await growthOf(
      [series("hit"), series("miss"), "cqlgate_token_cache_entries"],
      async () => {
        for (const _ of [1, 2, 3]) await ask("/stations", { headers, user: null });
      },
    );
    expect(growth).toEqual([2, 1, 1]);
    expect((await scrapeAtRest()).value("cqlgate_token_cache_bytes")).toBeGreaterThan(100);
  });

  it("says how many connections and streams there are in each data centre", async () => {
    const { value } = await scrapeAtRest();
    const datacenter = `datacenter="${service.config.localDatacenter}"`;
    expect(value(`cqlgate_cassandra_connections{${datacenter}}`)).toBeGreaterThanOrEqual(1);
    expect(value(`cqlgate_cassandra_streams_in_flight{${datacenter}}`)).toBe(0);
    expect(value(`cqlgate_cassandra_hosts{${datacenter},state="up"}`)).toBe(1);
    expect(value("cqlgate_prepared_queries")).toBeGreaterThan(10);
    const issuer = `issuer="${service.provider.issuer}"`;
    expect(value(`cqlgate_issuer_key_fetches_total{${issuer},result="ok"}`)).toBe(1);
    expect(value(`cqlgate_issuer_key_fetches_total{${issuer},result="failed"}`)).toBe(0);
  });
});
