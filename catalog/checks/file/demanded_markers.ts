/**
 * What a file demands of all its queries, against their markers: a misspelt marker must not become a value
 * that the caller chooses. The file demands a marker by taking it from a claim, or by requiring a claim to
 * equal it.
 *
 * @module
 */

import { boundClaims, boundRequirements } from "../../parse/opt_outs.ts";
import { suggestMarker } from "../../parse/params.ts";
import { bindingsOf } from "../../statement/bound_columns.ts";
import { writesOf } from "../../statement/statement.ts";
import { isSent } from "../../tags/input/sources/sent_sources.ts";
import { requirementText } from "../../tags/policy/require_tag.ts";
import { toSnakeCase } from "../../text/snake_case.ts";
import type { Span } from "../../text/source.ts";
import { closest } from "../../text/suggest.ts";
import type { QueryFacts } from "../rule.ts";
import { type FileFacts, type FileReport, helpToOptOut } from "./file_rule.ts";

/** A marker that every query has, unless it opts out. */
interface Demand {
  readonly name: string;
  /** Where the file names it. */
  readonly span: Span;
  /** In a message: `the file takes "tenant_id" from claim:tenant`. */
  readonly reason: string;
  holdsFor(query: QueryFacts): boolean;
}

export function checkDemandedMarkers(facts: FileFacts, report: FileReport): void {
  const { queries } = facts;
  for (const demand of demandsOf(facts)) {
    const bound = queries.filter((query) => demand.holdsFor(query));
    if (bound.length > 0 && !bound.some((query) => hasMarker(query, demand))) {
      report({
        span: demand.span,
        message: `Cannot find marker ":${demand.name}" in any query of the file`,
        help: suggestMarker(demand.name, bound.flatMap((query) => query.markers)),
      }, null);
      continue;
    }
    for (const query of bound) {
      if (hasMarker(query, demand)) checkWrites(query, demand, report);
      else reportNoMarker(query, demand, report);
    }
  }
}

function demandsOf(facts: FileFacts): Demand[] {
  const { claims, tags } = facts;
  return [
    ...claims.map((claim): Demand => ({
      name: claim.name,
      span: claim.tag.nameSpan,
      reason: `the file takes "${claim.name}" from claim:${claim.claim}`,
      holdsFor: ({ own }) => boundClaims(own, facts).includes(claim),
    })),
    ...tags.require.flatMap((requirement): Demand[] =>
      requirement.comparand.kind === "literal" ? [] : [{
        name: requirement.comparand.name,
        span: requirement.comparandSpan,
        reason: `the file requires ${requirementText(requirement)}`,
        holdsFor: ({ own }) =>
          // Without a token there is no claim to compare, which is reported instead.
          own.public.length === 0 && boundRequirements(own, facts).includes(requirement),
      }]
    ),
  ];
}

function hasMarker({ markers }: QueryFacts, { name }: Demand): boolean {
  return markers.some((marker) => marker.name === name);
}

function reportNoMarker(query: QueryFacts, demand: Demand, report: FileReport): void {
  const { header, markers, start } = query;
  const near = closest(`:${demand.name}`, markers.map(({ name }) => `:${name}`));
  const meant = markers.find(({ name }) => `:${name}` === near);
  report({
    span: meant?.spans[0] ?? header?.nameSpan ?? start.span,
    message: `Cannot find marker ":${demand.name}": ${demand.reason}`,
    help: meant === undefined
      ? `Write ":${demand.name}" in the statement, ${helpToOptOut(demand)}`
      : `Name it ":${demand.name}", ${helpToOptOut(demand)}`,
  }, query);
}

/** Each write of a batch reaches rows of its own, and needs the marker in its own columns. */
function checkWrites(query: QueryFacts, demand: Demand, report: FileReport): void {
  const callers = query.params.filter(({ source }) => isSent(source))
    .map(({ name }) => name);
  const bindings = bindingsOf(query.statement);
  const decided = new Set(
    bindings.filter(({ markers: [marker], isEqual }) => isEqual && marker?.name === demand.name)
      .flatMap(({ columns }) => columns),
  );
  const foreign = bindings.flatMap(({ columns, markers }) => {
    const column = columns.find((name) => decided.has(name) || toSnakeCase(name) === demand.name);
    // In a tuple, as in "(tenant_id, id) > (:tenant_id, :id)", each column has a marker of its own.
    const isShared = columns.length > 1 && markers.some(({ name }) => name === demand.name);
    if (column === undefined || isShared) return [];
    return markers.filter(({ name }) => name !== demand.name && callers.includes(name ?? ""))
      .map(({ name, span }) => ({ column, name, span }));
  });
  for (const { column, name, span } of foreign) {
    report({
      span,
      message: `Cannot bind column "${column}" to ":${name}": ${demand.reason}`,
      help: `Write ":${demand.name}", ${helpToOptOut(demand)}`,
    }, query);
  }

  const writes = writesOf(query.statement);
  if (writes.length < 2) return;
  const own = query.roles.filter(({ marker }) => marker.name === demand.name);
  for (const [index, { table, span: { start, end } }] of writes.entries()) {
    if (own.some(({ statement }) => statement === index)) continue;
    if (foreign.some(({ span }) => span.start >= start && span.end <= end)) continue;
    report({
      span: table.span,
      message:
        `Cannot find marker ":${demand.name}" in this statement of the batch: ${demand.reason}`,
      help: `Write ":${demand.name}" in each of them, ${helpToOptOut(demand)}`,
    }, query);
  }
}
