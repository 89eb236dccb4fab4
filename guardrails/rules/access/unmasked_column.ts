/**
 * A route that shows a column which another query of its table masks.
 *
 * @module
 */
import { isLifted } from "../../../catalog/parse/masks.ts";
import type { Mask, Query } from "../../../catalog/query.ts";
import { walkTerm } from "../../../catalog/statement/term.ts";
import type { Span } from "../../../catalog/text/source.ts";
import type { QueryGuardrail, QuerySchema } from "../../guardrail.ts";
import { partsOf } from "../../restrictions.ts";

export const unmaskedColumn: QueryGuardrail = {
  about: "query",
  severity: "error",
  finds: "A route that shows a column which another query of the same table masks",
  cost: "Callers who may not see the column in one route read it in the other",
  instead:
    'Mask it here too, with "@mask" in the query or its file, or require the scope of the mask',
  source: "OWASP API Security › API3:2023 Broken Object Property Level Authorization",
  inspect({ query, queries, schema }) {
    if (query.route === null) return [];
    const tables = tablesOf(query);
    const masks = queries.filter((other) =>
      other.masks.length > 0 && tablesOf(other).some((table) => tables.includes(table))
    ).flatMap((other) => other.masks.map((mask) => ({ mask, other })));
    return shownColumns(query, schema).flatMap(({ column, span }) => {
      if (query.masks.some((mask) => mask.column === column)) return [];
      const found = masks.find(({ mask }) => hides(mask, column, query));
      if (found === undefined) return [];
      return [{ span, message: `Cannot show "${column}": "${found.other.name}" masks it` }];
    });
  },
};

function hides(mask: Mask, column: string, { access }: Query): boolean {
  return mask.column === column && !isLifted(mask, access);
}

function tablesOf({ parsed }: Query): string[] {
  return partsOf(parsed).map(({ table }) => table.name.name);
}

interface ShownColumn {
  readonly column: string;
  readonly span: Span;
}

/** Each column once. What `SELECT *` shows, only the cluster says. */
function shownColumns(query: Query, schema: QuerySchema | null): ShownColumn[] {
  const { parsed, current, nameSpan } = query;
  if (parsed.kind !== "select") return current.map(({ name, span }) => ({ column: name, span }));
  if (parsed.selectors === null) {
    const columns = schema?.prepared.columns ?? [];
    return columns.map(({ name }) => ({ column: name, span: nameSpan }));
  }
  const named = parsed.selectors.flatMap(({ term }) => [...walkTerm(term)]).flatMap((term) =>
    term.kind === "column" ? [[term.column.name, term.column.span] as const] : []
  );
  return [...new Map(named)].map(([column, span]) => ({ column, span }));
}
