/**
 * The configuration of Prometheus that ships: by Prometheus' own tool, and against the runbooks.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { cp } from "node:fs/promises";
import { parse } from "yaml";
import { OWN_PATHS } from "../../catalog/tags/route/route_tag.ts";
import { API } from "../../dev/dashboard/panel.ts";
import { SERVICE_CODES } from "../../errors/service_codes.ts";
import { recordsNamedIn } from "./metric_names.ts";

const FOLDER = "deploy/prometheus";
/** Where the alerts as they ship say that the runbooks are. */
const RUNBOOKS = "https://git.example.com/cqlgate/docs/runbooks.md";

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly record?: string;
      readonly expr: string;
    }[];
  }[];
}

interface UnitTests {
  readonly tests: readonly {
    readonly input_series: readonly { readonly series: string }[];
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts?: readonly unknown[];
    }[];
  }[];
}

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

/** The names of the files with unit tests. */
function unitTests(): string[] {
  return Array.from(Deno.readDirSync(FOLDER), ({ name }) => name)
    .filter((name) => name.endsWith("_test.yml"))
    .sort();
}

/** What is recorded, by its name. */
function recordsBy(...texts: string[]): Map<string, string> {
  const rules = texts.flatMap((text) => (parse(text) as RuleFile).groups)
    .flatMap(({ rules }) => rules);
  return new Map(rules.map(({ record = "", expr }) => [record, expr]));
}

/** The metrics of an expression, and of what it takes from records, which tests may also give. */
function metricsOf(expr: string, records: ReadonlyMap<string, string>): Set<string> {
  const names = expr.match(/\b(cqlgate|process)[\w:]+|\bup\b/g) ?? [];
  return new Set(names.flatMap((name) => [name, ...metricsOf(records.get(name) ?? "", records)]));
}

function nameOf(series: string): string {
  return series.replace(/\{.*/s, "");
}

describe("deploy/prometheus", () => {
  it("is a configuration that Prometheus takes, with every rule file", async () => {
    const said = await promtool("check", "config", "prometheus.yml");
    const files = [...said.matchAll(/^ +SUCCESS: (\d+) rules found$/gm)].map(([, count]) => count);
    expect(files).toHaveLength(3);
  });

  it("leaves out what is not for the API: the paths of the service itself, and no others", async () => {
    const rules = await read("rules.yml") + await read("alerts.yml");
    const matchers = [...rules.matchAll(/route!~"([^"]*)"/g)];
    const excluded = new Set(matchers.map(([, routes]) => routes!));
    expect([...excluded].map((routes) => routes.split("|"))).toEqual([[...OWN_PATHS, "unmatched"]]);
    const [, ofDashboard] = /route!~"([^"]*)"/.exec(API)!;
    expect(excluded).toContain(ofDashboard);
  });

  it("reads what each route has for five minutes at most, and sums of it for days", async () => {
    const windows = [...(await read("rules.yml")).matchAll(/([\w:]+)(?:\{[^}]*\})?\[(\w+)\]/g)];
    const [sums, series] = [true, false].map((isSum) =>
      windows.filter(([, name]) => name!.startsWith("cqlgate:") === isSum)
    );
    expect(new Set(series!.map(([, , window]) => window))).toEqual(new Set(["5m"]));
    expect(sums!.map(([, , window]) => window)).toContain("3d");
  });

  it("passes its unit tests", async () => {
    const tests = unitTests();
    expect(tests.length).toBeGreaterThan(1);
    const said = await promtool("test", "rules", ...tests);
    expect(said.match(/SUCCESS/g)).toHaveLength(tests.length);
  });

  it("has unit tests in which each alert fires, and in which it does not although it has data", async () => {
    const { groups } = parse(await read("alerts.yml")) as RuleFile;
    const alerts = groups.flatMap(({ rules }) => rules);
    expect(alerts.length).toBeGreaterThan(20);
    const cases = (await Promise.all(unitTests().map(read)))
      .flatMap((text) => (parse(text) as UnitTests).tests)
      .flatMap(({ input_series, alert_rule_test = [] }) =>
        alert_rule_test.map((each) => ({ ...each, given: input_series }))
      );
    const records = recordsBy(await read("objectives.yml"), await read("rules.yml"));
    const untested = alerts.flatMap(({ alert, expr }) => {
      const own = cases.filter(({ alertname }) => alertname === alert);
      const metrics = metricsOf(expr, records);
      const fires = own.some(({ exp_alerts = [] }) => exp_alerts.length > 0);
      const isSilent = own.some(({ exp_alerts = [], given }) =>
        exp_alerts.length === 0 && given.some(({ series }) => metrics.has(nameOf(series)))
      );
      return [...(fires ? [] : [`${alert} fires`]), ...(isSilent ? [] : [`${alert} is silent`])];
    });
    expect(untested).toEqual([]);
  });

  it("has a section in the runbooks for each alert, and for no other", async () => {
    const text = await read("alerts.yml");
    const alerts = valuesOf(text, "alert");
    const runbooks = await Deno.readTextFile("docs/runbooks.md");
    const sections = [...runbooks.matchAll(/^### (\w+)$/gm)].map(([, name]) => name!);
    expect(sections).toEqual(alerts);
    expect(valuesOf(text, "runbook_url")).toEqual(
      alerts.map((name) => `${RUNBOOKS}#${name.toLowerCase()}`),
    );
    for (const severity of valuesOf(text, "severity")) expect(severity).toMatch(/^(page|ticket)$/);
  });

  it("says in the runbooks where to look for each code that spends the budget of errors", async () => {
    const runbooks = await Deno.readTextFile("docs/runbooks.md");
    const [, section = ""] = /^### CqlgateErrorsBurnFast$(.*?)^### /ms.exec(runbooks)!;
    // While it is not ready no route is matched, and what has no route spends no budget.
    const codes = Object.entries(SERVICE_CODES)
      .filter(([code, { status }]) => status > 500 && code !== "not_ready")
      .map(([code]) => code);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !section.includes(`\`${code}\``))).toEqual([]);
    expect(section).toContain("status 500");
  });

  it("leads to runbooks elsewhere by the command that the documentation has", async () => {
    const [command] = /^sed .*$/m.exec(await Deno.readTextFile("docs/runbooks.md")) ?? [];
    expect(command).toContain(` deploy/prometheus/*.yml`);
    const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    try {
      await cp(FOLDER, `${folder}/${FOLDER}`, { recursive: true });
      const { success } = await new Deno.Command("sh", { args: ["-c", command!], cwd: folder })
        .output();
      expect(success).toBe(true);
      const moved = async (name: string) =>
        valuesOf(await Deno.readTextFile(`${folder}/${FOLDER}/${name}`), "runbook_url");
      const expected = async (name: string) =>
        valuesOf(await read(name), "runbook_url")
          .map((url) => url.replace(RUNBOOKS, "https://wiki.example.com/cqlgate"));
      for (const name of ["alerts.yml", ...unitTests()]) {
        expect(await moved(name)).toEqual(await expected(name));
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
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
