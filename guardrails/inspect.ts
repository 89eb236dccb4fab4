/**
 * Queries → what the guardrails find in them, and what their authors waived. Nothing is thrown: the caller
 * decides what a finding means.
 *
 * @module
 */
import type { Query, Waiver } from "../catalog/query.ts";
import { asClause } from "../catalog/text/as_clause.ts";
import { formatDiagnostics, placeOf } from "../catalog/text/diagnose.ts";
import type { Diagnostic } from "../catalog/text/source.ts";
import { suggest } from "../catalog/text/suggest.ts";
import type { InspectedKeyspace, InspectedQuery, QuerySchema, Severity } from "./guardrail.ts";
import { GUARDRAILS } from "./guardrails.ts";
import { type BaseOf, collectTenantColumns } from "./tenant_columns.ts";

/** A guardrail that a query hits. */
export interface Finding extends Diagnostic {
  /** The name of the guardrail; `waiver` for a waiver that is wrong itself. */
  readonly guardrail: string;
  readonly severity: Severity;
}

/** A finding that the author of the query has given a reason for. */
export interface Waived {
  readonly query: Query;
  readonly waiver: Waiver;
  /** What would have been reported. */
  readonly finding: Finding;
}

export interface Inspection {
  readonly findings: readonly Finding[];
  readonly waived: readonly Waived[];
}

/** @param schemaOf what the cluster says about a query; null if it was not asked */
export function inspectQueries(
  queries: readonly Query[],
  schemaOf: (query: Query) => QuerySchema | null,
): Inspection {
  const findings: Finding[] = [];
  const waived: Waived[] = [];
  const baseOf = basesOf(queries, schemaOf);
  const tenantColumns = collectTenantColumns(queries, baseOf);
  for (const query of queries) {
    const schema = schemaOf(query);
    const hits = findingsOf({ query, queries, baseOf, tenantColumns, schema });
    for (const finding of hits) {
      const waiver = query.waivers.find(({ name }) => name === finding.guardrail);
      if (waiver === undefined) findings.push(finding);
      else waived.push({ query, waiver, finding });
    }
    for (const waiver of query.waivers) {
      const mistake = mistakeOf(waiver, { hits, isComplete: schema !== null });
      if (mistake !== null) findings.push(mistake);
    }
  }
  return { findings, waived };
}

/** Only the cluster says what is a view. */
function basesOf(
  queries: readonly Query[],
  schemaOf: (query: Query) => QuerySchema | null,
): BaseOf {
  const bases = new Map<string, string>();
  for (const table of queries.flatMap((query) => schemaOf(query)?.tables ?? [])) {
    if (table !== null && table.viewOf !== null) bases.set(table.name, table.viewOf);
  }
  return (table) => bases.get(table) ?? table;
}

/** What is wrong with the keyspace, a sentence each. */
export function inspectKeyspace(keyspace: InspectedKeyspace): string[] {
  return Object.entries(GUARDRAILS).flatMap(([name, guardrail]) =>
    guardrail.about !== "keyspace"
      ? []
      : guardrail.inspect(keyspace).map((message) =>
        `${message}: ${asClause(guardrail.instead)} (${name})`
      )
  );
}

/** A report in the form of the report of mistakes, with the severity and the guardrail of each finding. */
export function describeFindings(findings: readonly Finding[]): string {
  const named = findings.map(({ guardrail, severity, message, ...finding }) => ({
    ...finding,
    message: `${severity}: ${message} [${guardrail}]`,
  }));
  return formatDiagnostics(named, "finding");
}

/** `file:line: "query" waives guardrail: reason`, for the log of an operator. */
export function describeWaived({ query, waiver }: Waived): string {
  return `${placeOf(waiver.nameSpan)}: "${query.name}" waives ${waiver.name}: ${waiver.reason}`;
}

function findingsOf(inspected: InspectedQuery): Finding[] {
  return Object.entries(GUARDRAILS).flatMap(([name, guardrail]) => {
    if (guardrail.about !== "query") return [];
    const { severity, instead } = guardrail;
    return guardrail.inspect(inspected).map(({ span, message }) => ({
      guardrail: name,
      severity,
      span,
      message,
      help: `${instead}; or give a reason not to: "@waive ${name}: …"`,
    }));
  });
}

/** A waiver must name a guardrail, and one that the query hits: an old reason explains nothing. */
function mistakeOf(
  { name: guardrail, nameSpan: span }: Waiver,
  { hits, isComplete }: { readonly hits: readonly Finding[]; readonly isComplete: boolean },
): Finding | null {
  const names = Object.keys(GUARDRAILS).filter((name) => GUARDRAILS[name]?.about === "query");
  if (!names.includes(guardrail)) {
    return {
      guardrail: "waiver",
      severity: "error",
      span,
      message: `Unknown guardrail "${guardrail}"`,
      help: suggest(guardrail, names),
    };
  }
  // Without the cluster, nobody can tell whether most guardrails are hit.
  if (!isComplete || hits.some((hit) => hit.guardrail === guardrail)) return null;
  return {
    guardrail: "waiver",
    severity: "warning",
    span,
    message: `Cannot see what "${guardrail}" is waived for: the query does not hit it`,
    help: "Remove the waiver",
  };
}

/** What is refused, and what is only reported. */
export function splitFindings(
  findings: readonly Finding[],
  guardrails: "refuse" | "warn",
): [refused: Finding[], said: Finding[]] {
  const isRefused = ({ severity }: Finding) => severity === "error" && guardrails === "refuse";
  return [findings.filter(isRefused), findings.filter((finding) => !isRefused(finding))];
}
