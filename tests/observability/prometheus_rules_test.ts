/**
 * The configuration of Prometheus that ships: by Prometheus' own tool, and against the runbooks.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { recordsNamedIn } from "./metric_names.ts";

const FOLDER = "deploy/prometheus";

function read(name: string): Promise<string> {
  return Deno.readTextFile(`${FOLDER}/${name}`);
}

async function promtool(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("promtool", { args, cwd: FOLDER })
    .output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`promtool ${args.join(" ")} says:\n${text}`);
  return text;
}

/** The values of a key in YAML, wherever it stands on a line of its own. */
function valuesOf(yaml: string, key: string): string[] {
  return [...yaml.matchAll(new RegExp(`^ *(?:- )?${key}: (.+)$`, "gm"))].map(([, value]) => value!);
}

describe("deploy/prometheus", () => {
  it("is a configuration that Prometheus takes, with every rule file", async () => {
    const said = await promtool("check", "config", "prometheus.yml");
    const files = [...said.matchAll(/^ +SUCCESS: (\d+) rules found$/gm)].map(([, count]) => count);
    expect(files).toHaveLength(3);
  });

  it("passes its unit tests", async () => {
    const tests = Array.from(Deno.readDirSync(FOLDER), ({ name }) => name)
      .filter((name) => name.endsWith("_test.yml"));
    expect(tests.length).toBeGreaterThan(1);
    const said = await promtool("test", "rules", ...tests);
    expect(said.match(/SUCCESS/g)).toHaveLength(tests.length);
  });

  it("has a unit test in which each alert fires", async () => {
    const alerts = valuesOf(await read("alerts.yml"), "alert");
    expect(alerts.length).toBeGreaterThan(20);
    const tests = (await Promise.all(["alerts_test.yml", "objectives_test.yml"].map(read)))
      .join("\n");
    const fired = [...tests.matchAll(/alertname: (\w+)\n.*\n +exp_alerts:\n/g)]
      .map(([, name]) => name!);
    expect(alerts.filter((name) => !fired.includes(name))).toEqual([]);
  });

  it("has a section in the runbooks for each alert, and for no other", async () => {
    const text = await read("alerts.yml");
    const alerts = valuesOf(text, "alert");
    const runbooks = await Deno.readTextFile("docs/runbooks.md");
    const sections = [...runbooks.matchAll(/^### (\w+)$/gm)].map(([, name]) => name!);
    expect(sections).toEqual(alerts);
    expect(valuesOf(text, "runbook")).toEqual(
      alerts.map((name) => `docs/runbooks.md#${name.toLowerCase()}`),
    );
    for (const severity of valuesOf(text, "severity")) expect(severity).toMatch(/^(page|ticket)$/);
  });

  it("records everything that alerts and runbooks take from records, and nothing twice", async () => {
    const rules = (await read("objectives.yml")) + await read("rules.yml");
    const recorded = valuesOf(rules, "record");
    expect(new Set(recorded).size).toBe(recorded.length);
    const named = recordsNamedIn(
      await read("alerts.yml") + await Deno.readTextFile("docs/runbooks.md"),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !recorded.includes(name))).toEqual([]);
  });
});
