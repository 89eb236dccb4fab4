import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parse } from "yaml";
import { createPrometheusRule } from "./prometheus_rule.ts";

const FOLDER = "deploy/prometheus";
/** As they come in `prometheus.yml`. */
const FILES = ["objectives.yml", "rules.yml", "alerts.yml"];

const files = await Promise.all(FILES.map((name) => Deno.readTextFile(`${FOLDER}/${name}`)));

describe("createPrometheusRule()", () => {
  it("has the groups of all files, in their order", () => {
    const { kind, metadata, spec } = createPrometheusRule(files);
    expect([kind, metadata.name]).toEqual(["PrometheusRule", "cqlgate"]);
    expect(spec.groups).toEqual(files.flatMap((text) => parse(text).groups));
    expect(spec.groups.length).toBeGreaterThan(FILES.length);
  });
});

describe("deno task alerts", () => {
  it("prints the files that Prometheus loads", async () => {
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "alerts"],
    }).output();
    expect(success).toBe(true);
    expect(parse(new TextDecoder().decode(stdout))).toEqual(createPrometheusRule(files));
  });
});
