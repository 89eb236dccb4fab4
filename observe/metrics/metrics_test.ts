import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { ObservationOf } from "../observation.ts";
import { createMetrics } from "./metrics.ts";
import { NOTHING_TO_READ } from "./readings.ts";

function statement(): ObservationOf<"statement"> {
  return {
    kind: "statement",
    query: "list_items",
    durationMs: 10,
    outcome: "ok",
    failure: null,
    cost: {
      serverMs: 8,
      attempts: 1,
      preparedAgain: 1,
      rowsSent: 1,
      bytesSent: 10,
      rowsReceived: 3,
      bytesReceived: 300,
    },
  };
}

function request(): ObservationOf<"request"> {
  return {
    kind: "request",
    method: "GET",
    route: "/items",
    query: null,
    status: 200,
    completed: true,
    durationMs: 10,
    cassandraMs: 5,
    requestId: "1",
    issuer: null,
    subject: null,
    clientId: null,
    code: null,
    policy: null,
    cause: undefined,
  };
}

/** The samples of a metric: labels to value. */
function samplesOf(text: string, name: string): Record<string, number> {
  const pattern = new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, "gm");
  return Object.fromEntries(
    [...text.matchAll(pattern)].map(([, labels = "", value]) => [labels, Number(value)]),
  );
}

describe("createMetrics()", () => {
  const QUERIES = [{ name: "list_items", bulk: false, cached: true }, {
    name: "add_items",
    bulk: true,
    cached: false,
  }];

  const DEPRECATED = [{ method: "GET", path: "/items" }];

  const ENDPOINT = {
    method: "GET",
    route: "/items",
    outcomes: [{ status: 200, code: null }, { status: 503, code: "unavailable" as const }],
  };

  const QUOTA = { query: "list_items", policy: "requests/s per caller" };

  it("starts every counter at zero, as soon as its labels are known", async () => {
    const metrics = createMetrics("1.2.3");
    metrics.observe({
      kind: "routes",
      queries: QUERIES,
      deprecated: DEPRECATED,
      migration: null,
      durationMs: 1,
    });
    metrics.observe({ kind: "quotas", quotas: [QUOTA] });
    metrics.observe({ kind: "endpoints", routes: [ENDPOINT] });
    metrics.observe({ kind: "issuers", issuers: ["https://a.example"] });
    const text = await metrics.render();
    const counters = [...text.matchAll(/^# TYPE (cqlgate_\w+) counter$/gm)].map(([, name]) =>
      name!
    );
    expect(counters.length).toBeGreaterThan(1);
    for (const name of counters) {
      const values = Object.values(samplesOf(text, name));
      expect([name, values.length > 0, values.every((value) => value === 0)])
        .toEqual([name, true, true]);
    }
    expect(samplesOf(text, "cqlgate_schema_drifts_total")).toEqual({
      '{query="list_items"}': 0,
      '{query="add_items"}': 0,
    });
    expect(samplesOf(text, "cqlgate_http_requests_total")).toEqual({
      '{method="GET",route="/items",status="200",code="ok"}': 0,
      '{method="GET",route="/items",status="200",code="incomplete"}': 0,
      '{method="GET",route="/items",status="503",code="unavailable"}': 0,
    });
    expect(samplesOf(text, "cqlgate_http_request_duration_seconds_count")).toEqual({
      '{method="GET",route="/items",class="2xx"}': 0,
    });
    expect(samplesOf(text, "cqlgate_cassandra_timeouts_total")).toMatchObject({
      '{query="list_items",timeout="deadline"}': 0,
      '{query="list_items",timeout="read"}': 0,
      '{query="list_items",timeout="write"}': 0,
    });
    expect(samplesOf(text, "cqlgate_bulk_lines_total")).toEqual({
      '{query="add_items",outcome="written"}': 0,
      '{query="add_items",outcome="failed"}': 0,
    });
  });

  it("counts what quotas refuse, by query and quota", async () => {
    const metrics = createMetrics("1.2.3");
    for (const _ of [1, 2]) metrics.observe({ kind: "rate_limited", ...QUOTA });
    metrics.observe({ kind: "quotas", quotas: [QUOTA] });
    expect(samplesOf(await metrics.render(), "cqlgate_rate_limited_requests_total"))
      .toEqual({ '{query="list_items",policy="requests/s per caller"}': 2 });
  });

  it("counts the uses of a deprecated route by issuer and client", async () => {
    const metrics = createMetrics("1.2.3");
    const use = { kind: "deprecated_use", method: "GET", route: "/items" } as const;
    for (const clientId of ["app", "app", 'a "quoted"\none', null]) {
      metrics.observe({ ...use, issuer: clientId === null ? null : "https://a.example", clientId });
    }
    metrics.observe({ ...use, issuer: "https://b.example", clientId: "app" });
    const samples = samplesOf(await metrics.render(), "cqlgate_deprecated_requests_total");
    expect(samples).toEqual({
      '{method="GET",route="/items",issuer="https://a.example",client="app"}': 2,
      '{method="GET",route="/items",issuer="https://b.example",client="app"}': 1,
      '{method="GET",route="/items",issuer="https://a.example",client="a \\"quoted\\"\\none"}': 1,
      '{method="GET",route="/items",issuer="_none",client="_none"}': 1,
    });
  });

  it("says of each issuer whether its keys could be fetched the last time", async () => {
    const metrics = createMetrics("1.2.3");
    const observe = (issuer: string, fetched: boolean) =>
      metrics.observe({ kind: "issuer_keys", issuer, fetched, usable: true, cause: undefined });
    observe("a", false);
    observe("b", true);
    observe("a", true);
    observe("b", false);
    const samples = samplesOf(await metrics.render(), "cqlgate_issuer_up");
    expect(samples).toEqual({ '{issuer="a"}': 1, '{issuer="b"}': 0 });
  });

  it("says of statements what they took: time, rows and bytes each way, and preparing again", async () => {
    const metrics = createMetrics("1.2.3");
    for (const _ of [1, 2]) metrics.observe(statement());
    const text = await metrics.render();
    const of = (name: string) => samplesOf(text, name);
    expect(of("cqlgate_cassandra_server_seconds_total")).toEqual({ '{query="list_items"}': 0.016 });
    expect(of("cqlgate_cassandra_prepared_again_total")).toEqual({ '{query="list_items"}': 2 });
    expect(of("cqlgate_cassandra_rows_total")).toEqual({
      '{query="list_items",direction="sent"}': 2,
      '{query="list_items",direction="received"}': 6,
    });
    expect(of("cqlgate_cassandra_bytes_total")).toEqual({
      '{query="list_items",direction="sent"}': 20,
      '{query="list_items",direction="received"}': 600,
    });
  });

  it("tells timeouts and guardrails apart", async () => {
    const metrics = createMetrics("1.2.3");
    for (const failure of ["deadline", "deadline", "write_timeout", "guardrail"] as const) {
      metrics.observe({ ...statement(), outcome: "timeout", failure });
    }
    const warning = { kind: "server_warning", query: "list_items", about: "a large read" } as const;
    metrics.observe({ ...warning, isGuardrail: true });
    metrics.observe({ ...warning, isGuardrail: false });
    const text = await metrics.render();
    const of = (name: string) => samplesOf(text, name);
    expect(of("cqlgate_cassandra_timeouts_total")).toEqual({
      '{query="list_items",timeout="deadline"}': 2,
      '{query="list_items",timeout="read"}': 0,
      '{query="list_items",timeout="write"}': 1,
    });
    expect(of("cqlgate_cassandra_guardrail_hits_total")).toEqual({
      '{query="list_items",action="warned"}': 1,
      '{query="list_items",action="refused"}': 1,
    });
    expect(of("cqlgate_cassandra_warnings_total")).toEqual({ '{query="list_items"}': 2 });
  });

  it("tells a request that failed from an answer that broke off", async () => {
    const metrics = createMetrics("1.2.3");
    metrics.observe(request());
    metrics.observe({ ...request(), completed: false });
    metrics.observe({ ...request(), status: 503, code: "unavailable" });
    metrics.observe({ ...request(), status: 503, code: "unavailable", completed: false });
    // A stream that failed, one that was too much for its route, and one whose caller was switched off.
    metrics.observe({ ...request(), code: "timeout", completed: false });
    metrics.observe({ ...request(), code: "result_too_large", completed: false });
    metrics.observe({ ...request(), code: "caller_off", completed: false });
    // A handler answers with an error of its own.
    metrics.observe({ ...request(), status: 502 });
    const text = await metrics.render();
    expect(samplesOf(text, "cqlgate_http_requests_total")).toEqual({
      '{method="GET",route="/items",status="200",code="ok"}': 1,
      '{method="GET",route="/items",status="200",code="incomplete"}': 3,
      '{method="GET",route="/items",status="200",code="timeout"}': 1,
      '{method="GET",route="/items",status="503",code="unavailable"}': 2,
      '{method="GET",route="/items",status="502",code="none"}': 1,
    });
    expect(samplesOf(text, "cqlgate_http_request_cassandra_seconds_total"))
      .toEqual({ '{method="GET",route="/items"}': 0.04 });
  });

  it("reads connections, caches and the queue of the audit log when it is asked", async () => {
    const metrics = createMetrics("1.2.3");
    let connections = 0;
    const cache = { hits: 5, misses: 3, shared: 1, entries: 2, bytes: 900 };
    metrics.readFrom({
      load: () => null,
      attempts: () => null,
      heaviest: () => ({ caller: [1_500, 20], tenant: [] }),
      cache: () => ({ entries: 2, bytes: 1_024, evicted: 3 }),
      pools: () => [{ datacenter: "dc1", connections, inFlight: 7 }],
      tokenCache: () => cache,
      auditQueue: () => 4,
    });
    for (const expected of [1, 2]) {
      connections = expected;
      const text = await metrics.render();
      const of = (name: string) => samplesOf(text, name);
      expect(of("cqlgate_cassandra_connections")).toEqual({ '{datacenter="dc1"}': expected });
      expect(of("cqlgate_cassandra_streams_in_flight")).toEqual({ '{datacenter="dc1"}': 7 });
      expect(of("cqlgate_token_cache_lookups_total"))
        .toEqual({ '{result="hit"}': 5, '{result="miss"}': 3, '{result="shared"}': 1 });
      expect(of("cqlgate_heaviest_cassandra_seconds")).toMatchObject({
        '{of="caller",rank="1"}': 1.5,
        '{of="caller",rank="2"}': 0.02,
        '{of="caller",rank="10"}': 0,
        '{of="tenant",rank="1"}': 0,
      });
      expect(of("cqlgate_token_cache_entries")).toEqual({ "": 2 });
      expect(of("cqlgate_token_cache_bytes")).toEqual({ "": 900 });
      expect(of("cqlgate_cache_entries")).toEqual({ "": 2 });
      expect(of("cqlgate_cache_bytes")).toEqual({ "": 1_024 });
      expect(of("cqlgate_cache_evictions_total")).toEqual({ "": 3 });
      expect(of("cqlgate_audit_queue_events")).toEqual({ "": 4 });
    }
  });

  it("has every other metric while one cannot be read, and reports that one once", async () => {
    const reported: string[] = [];
    const metrics = createMetrics("1.2.3", { report: (metric) => reported.push(metric) });
    const retries = { sent: 3, refused: 0 };
    let isBroken = false;
    metrics.readFrom({
      ...NOTHING_TO_READ,
      attempts() {
        if (isBroken) throw new Error("The session is gone");
        return { retries, speculative: { won: 0, lost: 0, refused: 0 } };
      },
    });
    const before = await metrics.render();
    isBroken = true;
    metrics.observe({ kind: "readiness", ready: true, reason: null, awaitsMigrations: false });
    for (const _ of [1, 2]) {
      const text = await metrics.render();
      expect(samplesOf(text, "cqlgate_ready")).toEqual({ "": 1 });
      const name = "cqlgate_cassandra_retries_total";
      expect(samplesOf(text, name)).toEqual(samplesOf(before, name));
      expect(samplesOf(text, name)).toMatchObject({ '{outcome="sent"}': 3 });
    }
    expect(reported).toEqual([
      "cqlgate_cassandra_retries_total",
      "cqlgate_cassandra_speculative_executions_total",
    ]);
  });

  it("tells a replica that is to stop, or waits for migrations, from one that is not ready", async () => {
    const metrics = createMetrics("1.2.3");
    const states = async () => {
      const text = await metrics.render();
      return ["cqlgate_ready", "cqlgate_awaits_migrations", "cqlgate_draining"]
        .map((name) => samplesOf(text, name)[""]);
    };
    const readiness = { kind: "readiness", reason: null, awaitsMigrations: false } as const;
    metrics.observe({ ...readiness, ready: true });
    expect(await states()).toEqual([1, 0, 0]);
    metrics.observe({ ...readiness, ready: false, reason: "Cassandra is unreachable" });
    expect(await states()).toEqual([0, 0, 0]);
    metrics.observe({ ...readiness, ready: false, reason: "0002", awaitsMigrations: true });
    expect(await states()).toEqual([0, 1, 0]);
    metrics.observe({ kind: "shutdown", step: "draining" });
    expect(await states()).toEqual([0, 0, 1]);
  });

  it("forgets a data centre that is gone", async () => {
    const metrics = createMetrics("1.2.3");
    const connection = { kind: "connection", state: "up", hostsUp: 1, reason: null } as const;
    for (const datacenter of ["dc1", "dc2"]) {
      const hosts = [{ address: "10.0.0.1:9042", datacenter, isUp: true }];
      metrics.observe({ ...connection, hosts, retryInMs: null });
    }
    expect(samplesOf(await metrics.render(), "cqlgate_cassandra_hosts")).toEqual({
      '{datacenter="dc2",state="up"}': 1,
      '{datacenter="dc2",state="down"}': 0,
    });
  });

  it("keeps what it has counted when the routes are derived again", async () => {
    const metrics = createMetrics("1.2.3");
    const routes = {
      kind: "routes",
      queries: QUERIES,
      deprecated: DEPRECATED,
      migration: null,
      durationMs: 1,
    } as const;
    metrics.observe(routes);
    metrics.observe({ kind: "endpoints", routes: [ENDPOINT] });
    metrics.observe({ kind: "schema_drift", query: "list_items", detail: "a column more" });
    metrics.observe(statement());
    metrics.observe(request());
    metrics.observe(routes);
    metrics.observe({ kind: "endpoints", routes: [ENDPOINT] });
    const text = await metrics.render();
    expect(samplesOf(text, "cqlgate_schema_drifts_total"))
      .toEqual({ '{query="list_items"}': 1, '{query="add_items"}': 0 });
    expect(samplesOf(text, "cqlgate_cassandra_statement_duration_seconds_count"))
      .toEqual({
        '{query="list_items",outcome="ok"}': 1,
        '{query="add_items",outcome="ok"}': 0,
      });
    expect(samplesOf(text, "cqlgate_http_request_duration_seconds_count"))
      .toEqual({ '{method="GET",route="/items",class="2xx"}': 1 });
  });
});
