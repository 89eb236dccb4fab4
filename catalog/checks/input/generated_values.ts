/**
 * `@param … in generated:…` against the rest of the query: what the service generates must be written.
 *
 * @module
 */

import type { Param } from "../../query.ts";
import { writesOf } from "../../statement/statement.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkGeneratedValues(query: QueryFacts, report: Report): void {
  for (const param of query.params) {
    if (param.source.in !== "generated") continue;
    const mistake = findMistake(param, query);
    if (mistake === null) continue;
    const { state, help } = mistake;
    report({ span: param.span, message: `Cannot generate "${param.name}": ${state}`, help });
  }
}

function findMistake(
  { name, source }: Param,
  query: QueryFacts,
): { readonly state: string; readonly help: string } | null {
  if (source.in !== "generated") return null;
  const isTime = source.kind === "now" || source.kind === "date";
  if (query.verb === "select") {
    return {
      state: "a SELECT writes nothing",
      help: isTime
        ? `Call ${source.kind === "now" ? "currentTimestamp()" : "currentDate()"} in the statement`
        : "Take it from the path or the query",
    };
  }
  if (!isTime && query.statement.kind !== "opaque" && !isWritten(name, query)) {
    return {
      state: "the statement does not store it",
      help: "Take it from the path, the query or the body",
    };
  }
  return null;
}

/** Whether an INSERT or an UPDATE stores the marker's value, or finds its row by it. */
function isWritten(name: string, { statement, roles }: QueryFacts): boolean {
  const writes = writesOf(statement);
  return roles.some(({ marker, role, statement: index }) =>
    marker.name === name && role.kind !== "condition" && writes[index]?.kind !== "delete"
  );
}
