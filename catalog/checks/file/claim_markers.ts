/**
 * The claims of a file against the markers of its queries: a misspelt marker must not become a value that
 * the caller chooses.
 *
 * @module
 */

import { suggestMarker } from "../../parse/params.ts";
import { boundClaims, type FileClaim } from "../../parse/file_claims.ts";
import { bindingsOf } from "../../statement/bound_columns.ts";
import { writesOf } from "../../statement/statement.ts";
import { SENT } from "../../tags/param/param_option.ts";
import { closest } from "../../text/suggest.ts";
import { toSnakeCase } from "../../text/snake_case.ts";
import type { QueryFacts } from "../rule.ts";
import { type FileFacts, type FileReport, helpToOptOut } from "./file_rule.ts";

export function checkClaimMarkers({ claims, queries }: FileFacts, report: FileReport): void {
  for (const claim of claims) {
    const bound = queries.filter(({ own }) => boundClaims(own, claims).includes(claim));
    if (bound.length > 0 && !bound.some((query) => hasMarker(query, claim))) {
      report({
        span: claim.tag.nameSpan,
        message: `Cannot find marker ":${claim.name}" in any query of the file`,
        help: suggestMarker(claim.name, bound.flatMap((query) => query.markers)),
      }, null);
      continue;
    }
    for (const query of bound) {
      if (hasMarker(query, claim)) checkWrites(query, claim, report);
      else reportNoMarker(query, claim, report);
    }
  }
}

function hasMarker({ markers }: QueryFacts, { name }: FileClaim): boolean {
  return markers.some((marker) => marker.name === name);
}

function reportNoMarker(query: QueryFacts, claim: FileClaim, report: FileReport): void {
  const { header, markers, start } = query;
  const near = closest(`:${claim.name}`, markers.map(({ name }) => `:${name}`));
  const meant = markers.find(({ name }) => `:${name}` === near);
  report({
    span: meant?.spans[0] ?? header?.nameSpan ?? start.span,
    message: `Cannot find marker ":${claim.name}": ${describe(claim)}`,
    help: meant === undefined
      ? `Write ":${claim.name}" in the statement, ${helpToOptOut(claim)}`
      : `Name it ":${claim.name}", ${helpToOptOut(claim)}`,
  }, query);
}

/** Each write of a batch reaches rows of its own, and needs the marker in its own columns. */
function checkWrites(query: QueryFacts, claim: FileClaim, report: FileReport): void {
  const callers = query.params.filter(({ source }) => SENT.some((sent) => sent === source.in))
    .map(({ name }) => name);
  const bindings = bindingsOf(query.statement);
  const decided = new Set(
    bindings.filter(({ markers: [marker], isEqual }) => isEqual && marker?.name === claim.name)
      .flatMap(({ columns }) => columns),
  );
  const foreign = bindings.flatMap(({ columns, markers }) => {
    const column = columns.find((name) => decided.has(name) || toSnakeCase(name) === claim.name);
    // Beside others, as in "(tenant_id, id) > (:tenant_id, :id)", each has a marker of its own.
    const isShared = columns.length > 1 && markers.some(({ name }) => name === claim.name);
    if (column === undefined || isShared) return [];
    return markers.filter(({ name }) => name !== claim.name && callers.includes(name ?? ""))
      .map(({ name, span }) => ({ column, name, span }));
  });
  for (const { column, name, span } of foreign) {
    report({
      span,
      message: `Cannot bind column "${column}" to ":${name}": ${describe(claim)}`,
      help: `Write ":${claim.name}", ${helpToOptOut(claim)}`,
    }, query);
  }

  const writes = writesOf(query.statement);
  if (writes.length < 2) return;
  const own = query.roles.filter(({ marker }) => marker.name === claim.name);
  for (const [index, { table, span: { start, end } }] of writes.entries()) {
    if (own.some(({ statement }) => statement === index)) continue;
    if (foreign.some(({ span }) => span.start >= start && span.end <= end)) continue;
    report({
      span: table.span,
      message: `Cannot find marker ":${claim.name}" in this statement of the batch: ${
        describe(claim)
      }`,
      help: `Write ":${claim.name}" in each of them, ${helpToOptOut(claim)}`,
    }, query);
  }
}

function describe({ name, claim }: FileClaim): string {
  return `the file takes "${name}" from claim:${claim}`;
}
