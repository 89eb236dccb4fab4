import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import prometheus from "prom-client";
import { createMetricsText } from "./render_metrics.ts";

function registryWith(seriesCount: number): prometheus.Registry {
  const register = new prometheus.Registry();
  const gauge = new prometheus.Gauge({
    name: "items",
    help: "Items",
    labelNames: ["shelf"],
    registers: [register],
  });
  for (let shelf = 0; shelf < seriesCount; shelf++) gauge.set({ shelf: `${shelf}` }, shelf);
  return register;
}

describe("createMetricsText()", () => {
  it("has the same lines as the library makes", async () => {
    const register = registryWith(3);
    new prometheus.Counter({
      name: "requests_total",
      help: 'Requests, with a \\ and\n"a second line"',
      labelNames: ["path", "user"],
      registers: [register],
    }).inc({ path: 'a\\b"c\nd', user: "" }, 2.5);
    const histogram = new prometheus.Histogram({
      name: "seconds",
      help: "Seconds",
      labelNames: ["route"],
      buckets: [0.1, 1],
      registers: [register],
    });
    for (const seconds of [0.05, 0.5, 5]) histogram.observe({ route: "/items" }, seconds);
    new prometheus.Gauge({ name: "bound", help: "Bound", registers: [register] }).set(Infinity);
    new prometheus.Gauge({
      name: "none_yet",
      help: "None",
      labelNames: ["of"],
      registers: [register],
    });
    expect(await createMetricsText(register)()).toBe(await register.metrics());
  });

  it("says NaN where there is no number", async () => {
    const register = new prometheus.Registry();
    new prometheus.Gauge({ name: "skew", help: "Skew", registers: [register] }).set(NaN);
    expect(await createMetricsText(register)()).toContain("\nskew NaN\n");
  });

  it("lets others have a turn while it makes a long text", async () => {
    const render = createMetricsText(registryWith(5_000));
    let turns = 0;
    let isOver = false;
    const takeTurn = () => void (isOver || (turns++, setImmediate(takeTurn)));
    setImmediate(takeTurn);
    const text = await render();
    isOver = true;
    expect(text.split("\n").length).toBeGreaterThan(5_000);
    expect(turns).toBeGreaterThan(3);
  });

  it("makes one text at a time, and the next for all who ask meanwhile", async () => {
    const register = registryWith(2_000);
    let collections = 0;
    new prometheus.Gauge({
      name: "asked",
      help: "How often",
      registers: [register],
      collect() {
        this.set(++collections);
      },
    });
    const render = createMetricsText(register);
    const texts = await Promise.all(Array.from({ length: 20 }, () => render()));
    expect(collections).toBe(2);
    expect(texts[0]).toContain("\nasked 1\n");
    for (const text of texts.slice(1)) expect(text).toContain("\nasked 2\n");
    expect(await render()).toContain("\nasked 3\n");
  });

  it("goes on after a text could not be made", async () => {
    const register = registryWith(1);
    let isBroken = true;
    new prometheus.Gauge({
      name: "fragile",
      help: "Fragile",
      registers: [register],
      collect() {
        if (isBroken) throw new Error("broken");
      },
    });
    const render = createMetricsText(register);
    const both = await Promise.allSettled([render(), render()]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    isBroken = false;
    expect(await render()).toContain("# TYPE fragile gauge");
  });
});
