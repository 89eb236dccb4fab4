import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually } from "../support/eventually.ts";
import { startOtlpReceiver } from "../support/telemetry/otlp_receiver.ts";

const REQUESTS = "cqlgate_http_requests_total";

describe("A process with more series of a metric than the runtime exports", () => {
  it("exports what has happened, the rest as a sum, and says so once", async () => {
    await using receiver = startOtlpReceiver();
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `
        import { createMetrics } from "./observe/metrics/metrics.ts";
        const report = (metric, cause) => console.log(metric, cause.name);
        const { observe } = createMetrics("1.2.3", { report });
        const routes = Array.from({ length: 6_000 }, (_, at) => "/" + at);
        const outcomes = [{ status: 200, code: null }];
        observe({ kind: "endpoints", routes: routes.map((route) => ({ method: "GET", route, outcomes })) });
        for (const route of routes.slice(-3_000)) {
          const answer = { status: 200, code: null, completed: true, durationMs: 1, cassandraMs: 0 };
          observe({ kind: "request", method: "GET", route, ...answer });
        }
        setInterval(() => {}, 1_000);
      `,
      ],
      env: { ...receiver.env, OTEL_METRIC_EXPORT_INTERVAL: "200", OTEL_DENO_CONSOLE: "ignore" },
      stdout: "piped",
    }).spawn();
    const stdout = new Response(child.stdout).text();
    try {
      await eventually("the counter is exported", () => receiver.metrics.has(REQUESTS));
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
    const { dataPoints } = receiver.metrics.get(REQUESTS)!.sum!;
    const overflow = dataPoints.filter(({ attributes = [] }) =>
      attributes.some(({ key }) => key === "otel.metric.overflow")
    );
    const [zeros, ones] = [0, 1].map((value) =>
      dataPoints.filter(({ asDouble }) => asDouble === value).length
    );
    expect({ zeros, ones, overflow: overflow.map(({ asDouble }) => asDouble) })
      .toEqual({ zeros: 1_000, ones: 999, overflow: [3_000 - 999] });
    expect(await stdout).toBe(`${REQUESTS} TooManySeries\n`);
  });
});
