import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { taskArguments } from "../../dev/task_arguments.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import {
  type OtlpAttribute,
  type OtlpReceiver,
  startOtlpReceiver,
} from "../support/telemetry/otlp_receiver.ts";

const MIGRATION = "CREATE TABLE quotients (id text PRIMARY KEY, divisor int);";
const QUERIES = `
-- name: divide :one
-- Fails where the divisor is zero.
-- @route GET /quotient
-- @public
SELECT divisor / divisor AS quotient FROM quotients WHERE id = 'zero';
`;

const SECRET = "s3cret";
const MADE_UP = "PROPFINDER";
const DURATION = "cqlgate_http_request_duration_seconds";
const REQUEST_ID = "otlp-1";
/** What clients call the server; the requests say another `Host`. */
const PUBLIC_URL = "https://api.example";

/** What a process printed and exported from its start to its end. */
interface Run {
  readonly stdout: string;
  readonly stderr: string;
  /** What a scrape had at the end. */
  readonly scraped: string;
  readonly receiver: OtlpReceiver;
}

let service: TestService & AsyncDisposable;

before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    cql: { migration: MIGRATION, queries: QUERIES },
  });
  await service.client.execute("INSERT INTO quotients (id, divisor) VALUES ('zero', 0)");
});
after(() => service[Symbol.asyncDispose]());

/** Runs the service as a process that exports, sends it requests, and stops it. */
async function run(format: "json" | "pretty", env: Record<string, string> = {}): Promise<Run> {
  const receiver = startOtlpReceiver();
  const settings = {
    OTEL_METRIC_EXPORT_INTERVAL: "500",
    ...service.env,
    CQL_DIR: service.config.cqlDir,
    LOG_FORMAT: format,
    PUBLIC_URL,
    ...env,
  };
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments("start", settings),
    env: { ...settings, NO_COLOR: "1", ...receiver.env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let stdout = "";
  let asked = false;
  let scraped = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += chunk;
    if (asked || !/\bReady\b/.test(stdout)) continue;
    asked = true;
    try {
      const [url, adminUrl] = [...stdout.matchAll(/http:\/\/[\w.]+:\d+/g)].map(([url]) => url);
      await ask(url!, adminUrl!);
      await eventually("the last request is exported", () => {
        const points = receiver.metrics.get(DURATION)?.histogram?.dataPoints ?? [];
        return points.some(({ attributes = [] }) =>
          attributes.some(({ value }) => value.stringValue === "/quotient")
        );
      });
      scraped = await (await fetch(`${adminUrl}/metrics`)).text();
    } finally {
      child.kill("SIGTERM");
    }
  }
  expect((await child.status).code).toBe(0);
  return { stdout, stderr: await stderr, scraped, receiver };
}

async function ask(url: string, adminUrl: string): Promise<void> {
  for (
    const probe of [`${url}/livez`, `${url}/readyz`, `${adminUrl}/metrics`, `${adminUrl}/readyz`]
  ) {
    await (await fetch(probe)).body?.cancel();
  }
  for (const station_id of [`${SECRET}-1`, `${SECRET}-2`]) {
    await (await service.request(`${url}/stations`, {
      method: "POST",
      json: { station_id, name: `${SECRET}-name` },
    })).body?.cancel();
  }
  const page = await (await service.request(`${url}/stations?limit=1`)).json();
  await (await service.request(`${url}/stations`, {
    headers: { accept: "application/x-ndjson" },
  })).text();
  const paths = [
    `/stations?limit=1&cursor=${page.next_cursor}`,
    `/stations/${SECRET}-1`,
    `/stations/${SECRET}-none?${SECRET}=1`,
    `/${SECRET}/path?${SECRET}=${SECRET}`,
    "/quotient",
  ];
  for (const path of paths) {
    const headers = { "x-request-id": REQUEST_ID };
    await (await service.request(`${url}${path}`, { headers })).body?.cancel();
  }
  await (await service.request(`${url}/stations`, { method: MADE_UP })).body?.cancel();
}

function attributesOf(
  { attributes = [] }: { readonly attributes?: readonly OtlpAttribute[] },
): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
}

for (const format of ["json", "pretty"] as const) {
  describe(`A process that exports, with LOG_FORMAT=${format}`, () => {
    let exported: Run;
    before(async () => {
      exported = await run(format);
    });
    after(() => exported.receiver[Symbol.asyncDispose]());

    it("exports each line of the log that it prints, once", () => {
      const { stdout, stderr, receiver: { logs } } = exported;
      const printed = `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
      const bodies = logs.flatMap(({ body }) => body.stringValue.trimEnd().split("\n"));
      expect(printed.length).toBeGreaterThan(10);
      expect(bodies.sort()).toEqual(printed.sort());
      expect(bodies.join()).not.toContain("\x1b");
    });

    it("exports the line of a request within its trace, by its level", () => {
      const { logs, spans } = exported.receiver;
      const servers = spans.filter(({ name }) => name === "GET /quotient");
      expect(servers).toHaveLength(1);
      const lines = logs.filter(({ traceId }) => traceId === servers[0]!.traceId);
      expect(lines.map(({ severityText, spanId }) => [severityText, spanId]))
        .toEqual([["ERROR", servers[0]!.spanId]]);
      expect(lines[0]!.body.stringValue).toContain("/quotient");
    });

    it("exports the line of every request within its trace, streams too", () => {
      const { logs, spans } = exported.receiver;
      for (const { name, traceId } of spans.filter(({ kind }) => kind === 2)) {
        const bodies = logs.filter((log) => log.traceId === traceId).map(({ body }) => body);
        expect([name, bodies.length]).toEqual([name, 1]);
      }
    });

    it("writes the trace into each line of a request, too", () => {
      const { logs } = exported.receiver;
      const traced = logs.filter(({ traceId }) => traceId !== "");
      expect(traced.length).toBeGreaterThan(5);
      for (const { body: { stringValue }, traceId, spanId } of traced) {
        for (const id of [traceId, spanId]) expect(stringValue).toContain(id);
      }
    });

    it("has neither spans nor lines of probes and scrapes", () => {
      const { spans, logs } = exported.receiver;
      const names = spans.filter(({ kind }) => kind === 2).map(({ name }) => name);
      for (const name of ["GET /livez", "GET /readyz"]) expect(names).not.toContain(name);
      for (const { body } of logs) expect(body.stringValue).not.toMatch(/livez|readyz/);
    });

    it("exports spans with nothing that a caller sent", () => {
      const { spans } = exported.receiver;
      expect(spans.filter(({ kind }) => kind === 2).map(({ name }) => name).sort()).toEqual([
        "GET",
        "GET /quotient",
        "GET /stations",
        "GET /stations",
        "GET /stations",
        "GET /stations/{station_id}",
        "GET /stations/{station_id}",
        "HTTP",
        "POST /stations",
        "POST /stations",
      ]);
      const text = JSON.stringify(spans);
      for (const secret of [SECRET, MADE_UP, "cursor=", "limit="]) {
        expect(text).not.toContain(secret);
      }
    });

    it("says of a mistake of the caller its code, and that nothing failed", () => {
      const mistakes = exported.receiver.spans.filter(({ kind, attributes }) =>
        kind === 2 &&
        attributes.some(({ key, value }) =>
          key === "http.response.status_code" && value.intValue?.toString().startsWith("4")
        )
      );
      const valuesOf = (wanted: string) =>
        mistakes.flatMap(({ attributes }) =>
          attributes.filter(({ key }) => key === wanted).map(({ value }) => value.stringValue)
        );
      expect(valuesOf("cqlgate.code"))
        .toEqual(expect.arrayContaining(["invalid_input", "method_not_allowed", "unknown_route"]));
      expect(valuesOf("error.type")).toEqual([]);
    });

    it("does not say who called, only whose token it was", () => {
      const text = JSON.stringify(exported.receiver.spans);
      expect(text).toContain('"cqlgate.issuer"');
      // The subject of the tokens that are sent.
      expect(text).not.toContain('"writer"');
    });

    it("exports every metric that is scraped, by the same name and kind", () => {
      const { scraped, receiver: { metrics } } = exported;
      const families = [...scraped.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
      expect(families.length).toBeGreaterThan(20);
      const kinds = { counter: "sum", gauge: "gauge", histogram: "histogram" } as const;
      for (const [, name, type] of families) {
        // Without a value there is nothing to export yet.
        if (!new RegExp(`^${name}(_count)?[ {]`, "m").test(scraped)) continue;
        expect([name, Object.keys(metrics.get(name!) ?? {})])
          .toEqual([name, expect.arrayContaining([kinds[type as keyof typeof kinds]])]);
      }
    });

    it("exports the numbers that are scraped, with the labels as attributes", () => {
      const { dataPoints } = exported.receiver.metrics.get(DURATION)!.histogram!;
      const failed = dataPoints.filter(({ attributes = [] }) =>
        attributes.some(({ value }) => value.stringValue === "/quotient")
      );
      expect(failed.map(({ count, attributes = [] }) => [
        Number(count),
        Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])),
      ])).toEqual([[1, { method: "GET", route: "/quotient", class: "5xx" }]]);
      const ok = exported.receiver.metrics.get("cqlgate_control_file_ok")!.gauge!;
      expect(ok.dataPoints.map(({ asDouble }) => asDouble)).toEqual([1]);
    });

    it("exports the durations of statements as the conventions name them", () => {
      const { unit, histogram } = exported.receiver.metrics.get("db.client.operation.duration")!;
      expect(unit).toBe("s");
      const points = histogram!.dataPoints;
      for (const { explicitBounds } of points) {
        expect(explicitBounds).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);
      }
      const own = {
        "db.system.name": { stringValue: "cassandra" },
        "db.namespace": { stringValue: service.config.keyspace },
        "db.operation.name": { stringValue: "SELECT" },
      };
      const pointOf = (name: string) =>
        points.filter(({ attributes = [] }) =>
          attributes.some(({ value }) => value.stringValue === name)
        ).map((point) => [Number(point.count), attributesOf(point)]);
      expect(pointOf("get_station")).toEqual([[1, {
        ...own,
        "db.collection.name": { stringValue: "stations" },
        "db.query.summary": { stringValue: "get_station" },
      }]]);
      expect(pointOf("divide")).toEqual([[1, {
        ...own,
        "db.collection.name": { stringValue: "quotients" },
        "db.query.summary": { stringValue: "divide" },
        "error.type": { stringValue: "function_failed" },
        "db.response.status_code": { stringValue: `${0x1400}` },
      }]]);
    });

    it("leaves the durations of requests to the runtime, which has them by route", () => {
      const { unit, histogram } = exported.receiver.metrics.get("http.server.request.duration")!;
      expect(unit).toBe("s");
      const point = histogram!.dataPoints.find(({ attributes = [] }) =>
        attributes.some(({ value }) => value.stringValue === "/quotient")
      )!;
      expect(point.explicitBounds)
        .toEqual([0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]);
      expect([Number(point.count), attributesOf(point)]).toEqual([1, {
        "http.request.method": { stringValue: "GET" },
        "http.route": { stringValue: "/quotient" },
        "http.response.status_code": { intValue: "500" },
        "network.protocol.version": { stringValue: "1.1" },
        "url.scheme": { stringValue: "http" },
      }]);
    });

    it("exports no key, value or cursor anywhere, metrics included", () => {
      const { text } = exported.receiver;
      expect(text).toContain("http.server.request.duration");
      for (const secret of [SECRET, "cursor="]) expect(text.includes(secret)).toBe(false);
    });

    it("exports each attribute once, and integers as integers", () => {
      const { spans } = exported.receiver;
      for (const { name, attributes } of spans) {
        const keys = attributes.map(({ key }) => key);
        expect([name, keys.sort()]).toEqual([name, [...new Set(keys)].sort()]);
        const doubles = attributes.filter(({ value }) => value.doubleValue !== undefined);
        expect([name, doubles]).toEqual([name, []]);
      }
      const three = spans.find(({ name }) => name === "GET /quotient")!;
      expect(attributesOf(three)).toMatchObject({
        "http.request.method": { stringValue: "GET" },
        "http.route": { stringValue: "/quotient" },
        "url.path": { stringValue: "/quotient" },
        "server.address": { stringValue: "api.example" },
        "server.port": { intValue: "443" },
        "http.response.status_code": { intValue: "500" },
        "error.type": { stringValue: "function_failed" },
      });
      const statement = spans.find(({ name }) => name === "get_station")!;
      const [address, port] = service.config.contactPoints[0]!.split(":");
      expect(attributesOf(statement)).toMatchObject({
        "db.system.name": { stringValue: "cassandra" },
        "db.namespace": { stringValue: service.config.keyspace },
        "db.collection.name": { stringValue: "stations" },
        "db.operation.name": { stringValue: "SELECT" },
        "db.query.summary": { stringValue: "get_station" },
        "db.response.returned_rows": { intValue: "1" },
        "server.address": { stringValue: address },
        "server.port": { intValue: port },
        "cassandra.consistency.level": { stringValue: "local_one" },
        "cassandra.coordinator.dc": { stringValue: service.config.localDatacenter },
        "cassandra.coordinator.id": { stringValue: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        "cassandra.query.idempotent": { boolValue: true },
        "cqlgate.attempts": { intValue: "1" },
      });
      const failed = spans.find(({ name }) => name === "divide")!;
      expect(attributesOf(failed)).toMatchObject({
        "error.type": { stringValue: "function_failed" },
        "db.response.status_code": { stringValue: `${0x1400}` },
      });
    });
  });
}

describe("A process whose console is replaced by the exporter", () => {
  it("exports its log and prints nothing of it", async () => {
    await using receiver = startOtlpReceiver();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `
        import { LineWriter } from "./observe/log/line_writer.ts";
        import { configureLogs, LOG_CATEGORY } from "./observe/log/log.ts";
        import { getLogger } from "@logtape/logtape";
        const stdout = new LineWriter(Deno.stdout.writable);
        const { flush } = await configureLogs({
          level: "info",
          format: "json",
          exportsConsole: true,
          stdout,
        });
        getLogger(LOG_CATEGORY).warning("Only exported");
        await flush();
      `,
      ],
      env: { ...receiver.env, OTEL_DENO_CONSOLE: "replace" },
    }).output();
    expect([code, stdout.length, stderr.length]).toEqual([0, 0, 0]);
    expect(receiver.logs.map(({ severityText, body }) => [severityText, body.stringValue]))
      .toEqual([["WARN", expect.stringContaining('"message":"Only exported"')]]);
  });
});

describe("A process that fetches", () => {
  it("exports which server it asked, and neither the URL nor the error that has it", async () => {
    await using receiver = startOtlpReceiver();
    const url = `http://127.0.0.1:1/${SECRET}?${SECRET}=1`;
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `
        import { refineRuntimeSpans } from "./observe/runtime_spans.ts";
        refineRuntimeSpans();
        await fetch("${url}").catch(() => {});
      `,
      ],
      env: { ...receiver.env, OTEL_DENO_CONSOLE: "ignore" },
    }).output();
    expect(code).toBe(0);
    expect(receiver.spans.map(attributesOf)).toEqual([{
      "http.request.method": { stringValue: "GET" },
      "server.address": { stringValue: "127.0.0.1" },
      "server.port": { intValue: "1" },
      "url.scheme": { stringValue: "http" },
      "error.type": { stringValue: "TypeError" },
      "exception.type": { stringValue: "TypeError" },
    }]);
    expect(receiver.text).not.toContain(SECRET);
  });
});

describe("A process of which a metric cannot be read", () => {
  it("exports all others, again and again, and reports that one once", async () => {
    await using receiver = startOtlpReceiver();
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `
        import { createMetrics } from "./observe/metrics/metrics.ts";
        import { NOTHING_TO_READ } from "./observe/metrics/readings.ts";
        const metrics = createMetrics("1.2.3", { report: (metric) => console.log(metric) });
        let readings = 0;
        metrics.readFrom({
          ...NOTHING_TO_READ,
          heaviest() {
            if (++readings === 3) metrics.observe({ kind: "readiness", ready: true });
            throw new Error("broken");
          },
        });
        setInterval(() => {}, 1_000);
      `,
      ],
      env: { ...receiver.env, OTEL_METRIC_EXPORT_INTERVAL: "50", OTEL_DENO_CONSOLE: "ignore" },
      stdout: "piped",
    }).spawn();
    const stdout = new Response(child.stdout).text();
    try {
      await eventually("a later reading is exported", () => {
        const { dataPoints = [] } = receiver.metrics.get("cqlgate_ready")?.gauge ?? {};
        return dataPoints.some(({ asDouble }) => asDouble === 1);
      });
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
    expect(await stdout).toBe("cqlgate_heaviest_cassandra_seconds\n");
  });
});
