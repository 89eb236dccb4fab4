/**
 * `deno task alerts`: prints the rules and alerts of `deploy/prometheus/` as a PrometheusRule, the form that
 * the Prometheus Operator takes. They are written down only in those files.
 *
 * Source: the Prometheus Operator's API reference, monitoring.coreos.com/v1.
 *
 * @module
 */
import { parse, stringify } from "yaml";
import { heedToolHelp } from "./usage.ts";

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Readonly<Record<string, unknown>>[];
}

export interface PrometheusRule {
  readonly apiVersion: "monitoring.coreos.com/v1";
  readonly kind: "PrometheusRule";
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly groups: readonly RuleGroup[] };
}

/** @param files texts of files of rules, as Prometheus reads them itself */
export function createPrometheusRule(files: readonly string[]): PrometheusRule {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "cqlgate", labels: { "app.kubernetes.io/name": "cqlgate" } },
    spec: { groups: files.flatMap((text) => (parse(text) as { groups: RuleGroup[] }).groups) },
  };
}

if (import.meta.main) {
  heedToolHelp("alerts");
  const folder = new URL("../deploy/prometheus/", import.meta.url);
  const read = (name: string) => Deno.readTextFileSync(new URL(name, folder));
  // The files that Prometheus loads where there is no operator.
  const { rule_files } = parse(read("prometheus.yml")) as { readonly rule_files: string[] };
  const files = rule_files.map(read);
  // Expressions keep the lines that they have.
  console.log(stringify(createPrometheusRule(files), { lineWidth: 0 }).trimEnd());
}
