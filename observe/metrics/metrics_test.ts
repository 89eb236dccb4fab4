import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createMetrics } from "./metrics.ts";

/** The samples of a metric: labels to value. */
function samplesOf(text: string, name: string): Record<string, number> {
  const pattern = new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, "gm");
  return Object.fromEntries(
    [...text.matchAll(pattern)].map(([, labels = "", value]) => [labels, Number(value)]),
  );
}

describe("createMetrics()", () => {
  const QUERIES = [{ name: "list_items", bulk: false }, { name: "add_items", bulk: true }];

  const DEPRECATED = [{ method: "GET", path: "/items" }];

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
    metrics.observe({ kind: "schema_drift", query: "list_items", detail: "a column more" });
    metrics.observe(routes);
    const samples = samplesOf(await metrics.render(), "cqlgate_schema_drifts_total");
    expect(samples).toEqual({ '{query="list_items"}': 1, '{query="add_items"}': 0 });
  });
});
