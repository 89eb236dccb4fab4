import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Observation } from "../../observe/observation.ts";
import { entered, released } from "../fixtures/routes/held/hold.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { scrape as scrapeAt } from "../support/telemetry/metrics_text.ts";

const MIGRATION = "CREATE TABLE quotients (id text PRIMARY KEY, divisor int);";
const QUERIES = `
-- name: divide :one
-- Fails where the divisor is zero.
-- @route GET /quotient
-- @public
SELECT divisor / divisor AS quotient FROM quotients WHERE id = 'zero';
`;

const exporter = new InMemorySpanExporter();
let service: TestService & AsyncDisposable;
/** The metrics before any request. */
let initial: string;

before(async () => {
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  service = await startTestService({
    cqlDir: EXAMPLE,
    cql: { migration: MIGRATION, queries: QUERIES },
    routes: ["held/hold", "rows/export_stations"],
  });
  await service.client.execute("INSERT INTO quotients (id, divisor) VALUES ('zero', 0)");
  initial = (await scrape()).text;
});
after(async () => {
  await service[Symbol.asyncDispose]();
  for (const api of [trace, context, propagation]) api.disable();
});

async function ask(...args: Parameters<TestService["request"]>): Promise<Response> {
  const response = await service.request(...args);
  await response.body?.cancel();
  return response;
}

type AccessEntry = Extract<Observation, { kind: "request" }>;

/** What the access log has of a request, which it gets when the answer is out. */
function entriesOf(response: Response): Promise<AccessEntry[]> {
  const requestId = response.headers.get("x-request-id");
  return eventually("the request is logged", () => {
    const entries = service.observations.filter((each) =>
      each.kind === "request" && each.requestId === requestId
    );
    return entries.length > 0 && entries as AccessEntry[];
  });
}

const scrape = () => scrapeAt(service.adminUrl);

/** Once every request so far has been counted. */
async function scrapeAtRest(): Promise<Awaited<ReturnType<typeof scrape>>> {
  return await eventually("nothing is in flight", async () => {
    const metrics = await scrape();
    return metrics.value("cqlgate_http_requests_in_flight") === 0 && metrics;
  });
}

describe("The access log", () => {
  it("has one entry for a request: what, for whom, how it went and how long it took", async () => {
    const response = await ask("/stations/nowhere");
    await entriesOf(await ask("/stations"));
    const entries = await entriesOf(response);
    expect(entries).toHaveLength(1);
    const [entry] = entries;
    expect(entry).toMatchObject({
      method: "GET",
      route: "/stations/{station_id}",
      status: 404,
      requestId: response.headers.get("x-request-id"),
      subject: "writer",
      clientId: "writer",
      code: "not_found",
      cause: undefined,
    });
    expect(entry!.cassandraMs).toBeGreaterThan(0);
    expect(entry!.durationMs).toBeGreaterThanOrEqual(entry!.cassandraMs);
  });

  it("names nobody before the token is checked, and no path that is not a route", async () => {
    const options = { headers: { authorization: "Basic x" }, user: null };
    const [refused] = await entriesOf(await ask("/stations/s3cret", options));
    expect(refused).toMatchObject({ subject: null, clientId: null });
    const [unmatched] = await entriesOf(await ask("/s3cret/path"));
    expect(unmatched).toMatchObject({ route: "unmatched", status: 404 });
  });

  it("never has a token, a cursor or a value", async () => {
    const token = await service.token("writer");
    for (const station_id of ["s3cret-1", "s3cret-2"]) {
      await ask("/stations", { method: "POST", json: { station_id, name: "s3cret-name" } });
    }
    const { next_cursor: cursor } = await (await service.request("/stations?limit=1")).json();
    await ask(`/stations?limit=1&cursor=${cursor}`);
    await ask("/stations/s3cret-1");
    const forged = { headers: { authorization: `Bearer ${token}x` }, user: null };
    await entriesOf(await ask("/stations", forged));
    const text = JSON.stringify(
      service.observations,
      (_key, value) => value instanceof Error ? `${value.stack}${JSON.stringify(value)}` : value,
    );
    for (const secret of [token, token.split(".")[2]!, cursor, "s3cret", "Bearer "]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe("Server-Timing", () => {
  it("says how long a request took, and how much of that Cassandra did", async () => {
    const response = await ask("/stations");
    const entries = response.headers.get("server-timing")!.split(", ").map((entry) => {
      const [, name, ms] = /^(\w+);dur=(\d+\.\d+)$/.exec(entry) ?? [];
      return [name, Number(ms)] as const;
    });
    const { total, cassandra, ...others } = Object.fromEntries(entries);
    expect(others).toEqual({});
    expect(cassandra).toBeGreaterThan(0);
    expect(total).toBeGreaterThanOrEqual(cassandra!);
  });

  it("says that Cassandra had no part in what never reached it", async () => {
    const response = await ask("/stations?nonsense=1");
    expect(response.headers.get("server-timing")).toMatch(/cassandra;dur=0\.00/);
  });
});

describe("GET /metrics", () => {
  /** Counters whose labels the example has no values for. */
  const UNLABELLED = [
    "cqlgate_cache_reads_total",
    "cqlgate_deprecated_requests_total",
    "cqlgate_rate_limited_requests_total",
  ];

  it("has every counter at zero before anything is counted", () => {
    const counters = [...initial.matchAll(/^# TYPE (cqlgate_\w+) counter$/gm)].map(([, name]) =>
      name
    );
    expect(counters.length).toBeGreaterThan(1);
    for (const name of counters) {
      const values = [...initial.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, "gm"))];
      // Of deprecated routes, of quotas and of answers that are kept: the example has none of these.
      const expected = UNLABELLED.includes(name!) ? [] : ["0"];
      // The keys of the issuer are fetched ahead of the first token.
      if (name === "cqlgate_issuer_key_fetches_total") expected.push("1");
      expect([name, new Set(values.map(([, value]) => value))]).toEqual([name, new Set(expected)]);
    }
  });

  const HISTOGRAM = "cqlgate_http_request_duration_seconds";
  const STATEMENTS = "cqlgate_cassandra_statement_duration_seconds";

  it("is Prometheus text: every sample parses and belongs to a declared metric", async () => {
    await ask("/stations");
    const response = await fetch(`${service.adminUrl}/metrics`);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const types = new Map<string, string>();
    for (const line of (await response.text()).split("\n").filter((each) => each !== "")) {
      const declared = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line);
      if (declared !== null) {
        if (declared[1] === "TYPE") types.set(declared[2]!, declared[3]!);
        continue;
      }
      const sample = /^(\w+)(\{\w+="[^"]*"(,\w+="[^"]*")*\})? (-?[\d.e+-]+|NaN|[+-]Inf)$/.exec(
        line,
      );
      expect([line, sample]).not.toEqual([line, null]);
      const name = sample![1]!;
      const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, "");
      expect([name, types.has(family)]).toEqual([name, true]);
    }
    expect(types.get(HISTOGRAM)).toBe("histogram");
    expect(types.get(STATEMENTS)).toBe("histogram");
  });

  it("counts requests by route template and status, and statements by query and outcome", async () => {
    const series = [
      `${HISTOGRAM}_count{method="GET",route="/stations/{station_id}",class="4xx"}`,
      `${STATEMENTS}_count{query="get_station",outcome="ok"}`,
      `${STATEMENTS}_count{query="divide",outcome="function_failed"}`,
    ];
    const before = await scrapeAtRest();
    for (const id of ["a", "b", "c"]) await ask(`/stations/${id}`);
    await ask("/quotient");
    const after = await scrapeAtRest();
    const growth = series.map((each) => (after.value(each) ?? 0) - (before.value(each) ?? 0));
    expect(growth).toEqual([3, 3, 1]);
  });

  it("grows with no id, path, method, host or header that a caller makes up", async () => {
    const send = async (id: string) => {
      await ask(`/stations/${id}`, { headers: { "user-agent": id, "x-request-id": id } });
      await ask(`/stations/${id}/observations/2010-01?limit=1`);
      await ask(`/${id}`);
      await ask(`/stations/${id}`, { method: "PUT" });
      await ask(`/stations/${id}`, { method: `M${id.replaceAll(/\W/g, "")}` });
      await ask("/stations", { headers: { authorization: `Bearer ${id}` }, user: null });
    };
    const seriesCount = async () =>
      (await scrapeAtRest()).text.split("\n").filter((line) => line.startsWith("cqlgate_")).length;
    await send("first");
    const before = await seriesCount();
    for (let index = 0; index < 50; index++) await send(`other-${index}`);
    expect(await seriesCount()).toBe(before);
  });

  it("counts a request in flight while it is served, and none after it", async () => {
    const inFlight = async () => (await scrape()).value("cqlgate_http_requests_in_flight");
    await scrapeAtRest();
    const leaver = new AbortController();
    const held = ask("/hold");
    const left = fetch(`${service.url}/hold`, { signal: leaver.signal }).catch(() => null);
    await promptly("the request is held", entered.promise);
    await eventually("both are in flight", async () => await inFlight() === 2);
    leaver.abort();
    await left;
    released.resolve();
    expect((await held).status).toBe(204);
    await scrapeAtRest();
  });

  it("is only on the admin port, and nothing else is there", async () => {
    expect((await ask("/metrics")).status).toBe(404);
    for (const path of ["/", "/stations", "/openapi.json"]) {
      const response = await fetch(`${service.adminUrl}${path}`);
      await response.body?.cancel();
      expect(response.status).toBe(404);
    }
  });
});

describe("Tracing", () => {
  async function spansOf(...args: Parameters<TestService["request"]>): Promise<ReadableSpan[]> {
    exporter.reset();
    await ask(...args);
    return exporter.getFinishedSpans();
  }

  it("has a server span by the route's template, and below it a client span by the query", async () => {
    const spans = await spansOf("/stations/nowhere");
    expect(spans.map(({ name, kind }) => [name, kind])).toEqual([
      ["get_station", SpanKind.CLIENT],
      ["GET /stations/{station_id}", SpanKind.SERVER],
    ]);
    const [client, server] = spans;
    expect(client!.parentSpanContext?.spanId).toBe(server!.spanContext().spanId);
    expect(client!.spanContext().traceId).toBe(server!.spanContext().traceId);
    expect(server!.attributes).toMatchObject({
      "http.request.method": "GET",
      "http.route": "/stations/{station_id}",
      "http.response.status_code": 404,
      "url.path": "/stations/{station_id}",
      "url.scheme": "http",
    });
    expect(client!.attributes).toMatchObject({
      "db.system.name": "cassandra",
      "db.namespace": service.config.keyspace,
      "db.collection.name": "stations",
      "db.operation.name": "SELECT",
      "db.query.summary": "get_station",
    });
    expect(JSON.stringify(client!.attributes)).not.toContain("nowhere");
    expect(server!.status.code).toBe(SpanStatusCode.UNSET);
  });

  for (const path of ["/stations/nowhere/summary/2010-01", "/exports/stations"]) {
    it(`has each query of a hand-written route below its server span, as at ${path}`, async () => {
      exporter.reset();
      await (await service.request(path)).text();
      const spans = exporter.getFinishedSpans();
      const server = spans.find(({ kind }) => kind === SpanKind.SERVER)!;
      const clients = spans.filter(({ kind }) => kind === SpanKind.CLIENT);
      expect(clients.map(({ name }) => name).sort()).toEqual(
        path.startsWith("/exports") ? ["list_stations"] : ["latest_observation", "summarise_month"],
      );
      for (const { parentSpanContext } of clients) {
        expect(parentSpanContext?.spanId).toBe(server.spanContext().spanId);
      }
    });
  }

  it("says of a batch how many rows it has", async () => {
    exporter.reset();
    const response = await service.request("/stations/batch/observations", {
      method: "POST",
      body: [0, 1, 2].map((hour) => `{"observed_at":"2010-01-01T0${hour}:00:00Z"}\n`).join(""),
      headers: { "content-type": "application/x-ndjson" },
    });
    await response.text();
    const client = exporter.getFinishedSpans().find(({ kind }) => kind === SpanKind.CLIENT);
    expect(client!.attributes).toMatchObject({
      "db.operation.name": "BATCH INSERT",
      "db.operation.batch.size": 3,
      "db.query.summary": "record_observation",
    });
  });

  it("is named by its method alone where no route matched, and has no route", async () => {
    const spans = await spansOf("/nowhere");
    expect(spans.map(({ name }) => name)).toEqual(["GET"]);
    expect(spans[0]!.attributes).toMatchObject({ "cqlgate.code": "unknown_route" });
    expect(spans[0]!.attributes).not.toHaveProperty(["http.route"]);
    const made = await spansOf("/stations", { method: "BREW" });
    expect(made.map(({ name, attributes }) => [name, attributes["http.request.method"]]))
      .toEqual([["HTTP", "_OTHER"]]);
  });

  it("goes on with the trace that the caller is in", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const parentId = "b7ad6b7169203331";
    const traceparent = `00-${traceId}-${parentId}-01`;
    const spans = await spansOf("/stations", { headers: { traceparent } });
    expect(spans).toHaveLength(2);
    for (const span of spans) expect(span.spanContext().traceId).toBe(traceId);
    expect(spans[1]!.parentSpanContext?.spanId).toBe(parentId);
  });

  it("marks what failed, with its code", async () => {
    const [client, server] = await spansOf("/quotient");
    for (const span of [client!, server!]) {
      expect(span.status.code).toBe(SpanStatusCode.ERROR);
      expect(span.attributes["error.type"]).toBe("function_failed");
    }
  });

  it("has no span of Cassandra for what never reached it", async () => {
    const spans = await spansOf("/stations?nonsense=1");
    expect(spans.map(({ name }) => name)).toEqual(["GET /stations"]);
    expect(spans[0]!.attributes).toMatchObject({ "cqlgate.code": "invalid_input" });
    expect(spans[0]!.attributes).not.toHaveProperty(["error.type"]);
    expect(spans[0]!.status.code).toBe(SpanStatusCode.UNSET);
  });
});

describe("The log of a process", () => {
  it("is a JSON object a line, with every documented field and no token", async () => {
    // Without the hand-written routes, which a process with its own permissions could not read.
    const cqlDir = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    await using _ = { [Symbol.asyncDispose]: () => Deno.remove(cqlDir, { recursive: true }) };
    for (const folder of ["migrations", "queries"]) {
      await Deno.mkdir(`${cqlDir}/${folder}`);
      for await (const { name } of Deno.readDir(`${service.config.cqlDir}/${folder}`)) {
        const path = `${folder}/${name}`;
        await Deno.copyFile(`${service.config.cqlDir}/${path}`, `${cqlDir}/${path}`);
      }
    }
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "start"],
      env: { ...service.env, CQL_DIR: cqlDir, LOG_FORMAT: "json" },
      stdout: "piped",
    }).spawn();
    const token = await service.token("writer");
    const lines: Record<string, unknown>[] = [];
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const complete = text.split("\n").slice(lines.length, -1);
      for (const line of complete) {
        const entry = JSON.parse(line);
        lines.push(entry);
        if (entry.message !== "Ready") continue;
        const listening = lines.find(({ message }) => String(message).startsWith("Listening"));
        await ask(`${listening!.url}/stations?limit=1`, { headers: { "x-request-id": "log-1" } });
        await ask(`${listening!.url}/quotient`, { headers: { "x-request-id": "log-2" } });
        child.kill("SIGTERM");
      }
    }
    expect((await child.status).code).toBe(0);
    for (const entry of lines) {
      expect(entry).toMatchObject({
        "@timestamp": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/),
        level: expect.stringMatching(/^(DEBUG|INFO|WARN|ERROR)$/),
        logger: "cqlgate",
        message: expect.any(String),
      });
    }
    expect(lines.filter(({ request_id }) => request_id === "log-1")).toEqual([
      expect.objectContaining({
        level: "INFO",
        method: "GET",
        route: "/stations",
        status: 200,
        duration_ms: expect.any(Number),
        cassandra_ms: expect.any(Number),
        iss: service.provider.issuer,
        sub: "writer",
        client_id: "writer",
      }),
    ]);
    expect(lines.filter(({ request_id }) => request_id === "log-2")).toEqual([
      expect.objectContaining({
        level: "ERROR",
        status: 500,
        code: "function_failed",
        cause: expect.stringContaining("int / int"),
      }),
    ]);
    expect(text).not.toContain(token.split(".")[1]);
    expect(text).not.toContain("Bearer");
  });
});
