/**
 * The metrics of a running service: what requests, statements, tokens and connections leave there, and what a
 * real Prometheus with the rules that ship makes of it. Everything that the dashboard, the rules and the
 * documentation name is there.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { ROWS } from "../../dev/dashboard/panels.ts";
import { DASHBOARD_PATH, dashboardText } from "../../dev/dashboard/render_dashboard.ts";
import { UNSHOWN } from "../../dev/dashboard/unshown_metrics.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { type MetricsText, scrape } from "../support/telemetry/metrics_text.ts";
import { metricsNamedIn, recordsNamedIn } from "./metric_names.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";

/** A route that fails, one that is cached, one with a quota, and one that is deprecated: each has metrics of its own. */
const QUERIES = `
-- name: three_replicas :many
-- Asks for more replicas than there are.
-- @route GET /three
-- @public
-- @consistency THREE
SELECT station_id FROM stations WHERE tenant_id = 'acme';

-- name: kept :many
-- @route GET /kept
-- @public
-- @cache ttl=1s
SELECT station_id FROM stations WHERE tenant_id = 'acme';

-- name: seldom :many
-- @route GET /seldom
-- @public
-- @rate 1/m
-- @deprecated since=2026-01-01 sunset=2036-12-31: use /stations
SELECT station_id FROM stations WHERE tenant_id = 'acme';
`;

/** Our own tables, which have such names too. */
const TABLES = ["cqlgate_migrations", "cqlgate_cursors", "cqlgate_leases"];
/** Metrics that have no series without a setting of theirs; they are declared all the same. */
const UNUSED = [
  "cqlgate_cassandra_datacenter_in_use",
  "cqlgate_certificate_expiry_timestamp_seconds",
];
const PAGES = ["operations.md", "runbooks.md", "audit.md", "query-files.md", "identity.md"];

const stack = new AsyncDisposableStack();
let service: TestService;
let prometheus: Prometheus;

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function query(expr: string): Promise<readonly Series[]> {
  const { result } = await prometheus.ask("query", { query: expr }) as { result: Series[] };
  return result;
}

async function names(): Promise<readonly string[]> {
  return await prometheus.ask("label/__name__/values") as string[];
}

interface Rule {
  readonly name: string;
  readonly health: "ok" | "err" | "unknown";
  readonly lastError?: string;
}

async function rulesNow(): Promise<readonly Rule[]> {
  const { groups } = await prometheus.ask("rules") as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

async function makeRequests(): Promise<void> {
  for (const path of ["/stations", "/stations/nowhere", "/three", "/seldom"]) {
    await (await service.request(path)).body?.cancel();
  }
}

before(async () => {
  service = stack.use(await startTestService({ cqlDir: EXAMPLE, cql: { queries: QUERIES } }));
  await makeRequests();
  const { adminUrl } = service;
  prometheus = stack.use(await startPrometheus({ adminUrls: [adminUrl], scrapeIntervalMs: 500 }));
  // A rate needs two scrapes, with something between them.
  await eventually("the service is scraped", async () => (await query("up == 1")).length > 0);
  await makeRequests();
  await eventually(
    "rates are recorded",
    async () =>
      (await query("cqlgate:statements:rate5m > 0")).length > 0 &&
      (await query("cqlgate:requests_slow:ratio_rate3d")).length > 0,
  );
});
after(() => stack.disposeAsync());

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
      `cqlgate_http_request_duration_seconds_sum{method="GET",route="/stations",class="2xx"}`,
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
    await eventually("every connection of the pool is open", async () => {
      const { value } = await scrape(service.adminUrl);
      return value(`cqlgate_cassandra_connections{${datacenter}}`) ===
        service.config.connectionsPerHost;
    });
    // The service asks the nodes for their clocks and schema by itself.
    await eventually("nothing is under way", async () => {
      const { value } = await scrape(service.adminUrl);
      return value(`cqlgate_cassandra_streams_in_flight{${datacenter}}`) === 0;
    });
    expect(value(`cqlgate_cassandra_hosts{${datacenter},state="up"}`)).toBe(1);
    expect(value("cqlgate_prepared_queries")).toBeGreaterThan(10);
    const issuer = `issuer="${service.provider.issuer}"`;
    expect(value(`cqlgate_issuer_key_fetches_total{${issuer},result="ok"}`)).toBe(1);
    expect(value(`cqlgate_issuer_key_fetches_total{${issuer},result="failed"}`)).toBe(0);
  });

  it("has as many series for each route and query as the documentation says", async () => {
    const { text } = await scrapeAtRest();
    const lines = text.split("\n");
    const { paths } = await (await service.request("/openapi.json")).json();
    const perRoute = Object.entries(paths).flatMap(([route, methods]) =>
      Object.keys(methods as Record<string, unknown>).map((method) => {
        const labels = `method="${method.toUpperCase()}",route="${route}"`;
        return lines.filter((line) => line.includes(labels)).length;
      })
    );
    const names = [...text.matchAll(/^cqlgate_schema_drifts_total\{query="(\w+)"\}/gm)];
    const perQuery = names.map(([, name]) =>
      lines.filter((line) => line.includes(`query="${name}"`)).length
    );
    // A histogram of eleven buckets is 14 series, and there is one for each class of status.
    expect(Math.max(...perRoute)).toBeLessThanOrEqual(60 + 2 * 14);
    expect(Math.max(...perQuery)).toBeLessThanOrEqual(32 + 14);
  });

  it("ranks the heaviest callers, and names none of them", async () => {
    const { text } = await scrapeAtRest();
    const ranks = text.matchAll(
      /^cqlgate_heaviest_cassandra_seconds\{of="caller",rank="(\d+)"\}/gm,
    );
    expect([...ranks].map(([, rank]) => Number(rank))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(text).not.toContain('"writer"');
  });
});

describe("a real Prometheus", () => {
  it("scrapes the service", async () => {
    expect((await query('up{job="cqlgate"}')).map(({ value: [, value] }) => value)).toEqual(["1"]);
    expect((await query("cqlgate_ready")).map(({ value: [, value] }) => value)).toEqual(["1"]);
  });

  it("has every metric that the dashboard, the rules and the documentation name", async () => {
    const declared = await prometheus.ask("metadata") as Record<string, unknown>;
    expect(UNUSED.filter((name) => !Object.hasOwn(declared, name))).toEqual([]);
    const known = [...await names(), ...UNUSED];
    const isKnown = (name: string) => known.includes(name) || known.includes(`${name}_bucket`);
    const sources: Record<string, string> = { [DASHBOARD_PATH]: dashboardText() };
    for (const name of ["rules.yml", "alerts.yml", "objectives.yml", "alerts_test.yml"]) {
      sources[name] = await Deno.readTextFile(`deploy/prometheus/${name}`);
    }
    for (const name of PAGES) sources[name] = await Deno.readTextFile(`docs/${name}`);
    let count = 0;
    for (const [source, text] of Object.entries(sources)) {
      const named = metricsNamedIn(text).filter((name) => !TABLES.includes(name));
      count += named.length;
      expect([source, named.filter((name) => !isKnown(name))]).toEqual([source, []]);
    }
    expect(count).toBeGreaterThan(80);
  });

  it("has a panel or an alert for every metric of the service, or a reason for none", async () => {
    const declared = Object.keys(await prometheus.ask("metadata") as Record<string, unknown>);
    const own = declared.filter((name) => /^(cqlgate|process)_/.test(name));
    expect(own.length).toBeGreaterThan(50);
    const text = [
      dashboardText(),
      ...await Promise.all(
        ["rules.yml", "alerts.yml"].map((name) => Deno.readTextFile(`deploy/prometheus/${name}`)),
      ),
    ].join("\n");
    const shown = new Set(
      metricsNamedIn(text).flatMap((name) => [name, name.replace(/_(bucket|sum|count)$/, "")]),
    );
    expect(own.filter((name) => !shown.has(name)).sort()).toEqual(Object.keys(UNSHOWN).sort());
  });

  it("has every record that the dashboard takes from a rule", async () => {
    const named = recordsNamedIn(dashboardText());
    const known = await names();
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("evaluates every rule", async () => {
    const evaluated = await eventually("all are evaluated", async () => {
      const rules = await rulesNow();
      return rules.every(({ health }) => health !== "unknown") && rules;
    });
    expect(evaluated.length).toBeGreaterThan(40);
    expect(evaluated.filter(({ health }) => health !== "ok")).toEqual([]);
  });

  it("answers every query of the dashboard with data", async () => {
    const panels = ROWS.flatMap(({ panels }) => panels);
    expect(panels.length).toBeGreaterThan(20);
    for (const { title, queries } of panels) {
      for (const { expr } of queries) {
        const asked = expr.replaceAll("$job", "cqlgate").replaceAll("$instance", ".*")
          .replaceAll("$__rate_interval", "1m")
          .replaceAll("$__range", "1m");
        expect(asked).not.toContain("$");
        const result = await query(asked);
        expect([title, expr, result.length > 0]).toEqual([title, expr, true]);
      }
    }
  });
});

describe("the dashboard", () => {
  it("is what `deno task docs` makes of its panels", async () => {
    const shipped = JSON.parse(await Deno.readTextFile(DASHBOARD_PATH));
    expect(shipped).toEqual(JSON.parse(dashboardText()));
  });

  it("overlaps nowhere, and tells every panel what it shows", async () => {
    const { panels } = JSON.parse(await Deno.readTextFile(DASHBOARD_PATH)) as {
      panels: {
        id: number;
        type: string;
        gridPos: { x: number; y: number; w: number; h: number };
      }[];
    };
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + index % w},${y + Math.floor(index / w)}`)
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, description } of ROWS.flatMap(({ panels }) => panels)) {
      expect([title, description]).toEqual([title, expect.stringMatching(/^[A-Z1].{10,}\.$/)]);
    }
  });

  it("has no caller, tenant, key or token as a label", () => {
    const labels = [...dashboardText().matchAll(/by \(([^)]*)\)/g)]
      .flatMap(([, list = ""]) => list.split(",").map((label) => label.trim()));
    const known = [
      "action",
      "code",
      "consistency",
      // Of deprecated routes only: an application, not who uses it.
      "client",
      "datacenter",
      "direction",
      "instance",
      "kind",
      "issuer",
      "le",
      "method",
      "outcome",
      "policy",
      "query",
      "rank",
      "result",
      "route",
      "state",
      "timeout",
      "version",
      "",
    ];
    expect(labels.filter((label) => !known.includes(label))).toEqual([]);
  });
});
