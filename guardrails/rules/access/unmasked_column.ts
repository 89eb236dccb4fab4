/**
 * A route that shows a column which another query of its table, or of a view of it, masks, or lets callers find out its values. Within
 * a query, `catalog/checks/policy/masked_columns.ts` sees to that.
 *
 * @module
 */
import { isLifted } from "../../../catalog/parse/masks.ts";
import type { Mask, Query } from "../../../catalog/query.ts";
import { arrangingColumns, columnsOfTerm } from "../../../catalog/statement/names_of.ts";
import { isConditional, type SelectStatement } from "../../../catalog/statement/statement.ts";
import type { Name } from "../../../catalog/statement/term.ts";
import type { Span } from "../../../catalog/text/source.ts";
import type { QueryGuardrail, QuerySchema } from "../../guardrail.ts";
import { partsOf, restrictionsOf } from "../../restrictions.ts";
import { claimMarkers } from "../../tenant_columns.ts";

export const unmaskedColumn: QueryGuardrail = {
  about: "query",
  severity: "error",
  finds:
    "A route that shows a column which another query of the same table, or of a view of it, masks, or that compares, sorts or groups by it",
  cost:
    "Callers who may not see the column in one route read it in the other, or find its values by guessing",
  instead:
    'Require the scope of the mask, leave the column out, or, if it is only shown, mask it here too, with "@mask" in the query or its file',
  source: "OWASP API Security › API3:2023 Broken Object Property Level Authorization",
  inspect({ query, queries, baseOf, schema }) {
    if (query.route === null) return [];
    const tablesOf = ({ parsed }: Query) =>
      partsOf(parsed).map(({ table }) => baseOf(table.name.name));
    const tables = tablesOf(query);
    const masks = queries.filter((other) =>
      other.masks.length > 0 && tablesOf(other).some((table) => tables.includes(table))
    ).flatMap((other) => other.masks.map((mask) => ({ mask, other })));
    const hiddenBy = (column: string) => {
      if (query.masks.some((mask) => mask.column === column)) return undefined;
      return masks.find(({ mask }) => hides(mask, column, query))?.other.name;
    };
    const shown = shownColumns(query, schema);
    const others = comparedColumns(query, schema).filter(({ column }) =>
      !shown.some((each) => each.column === column)
    );
    return [...shown, ...others].flatMap(({ column, span, use }) => {
      const name = hiddenBy(column);
      if (name === undefined) return [];
      return [{ span, message: `Cannot ${use} "${column}": "${name}" masks it` }];
    });
  },
};

function hides(mask: Mask, column: string, { access }: Query): boolean {
  return mask.column === column && !isLifted(mask, access);
}

interface ColumnInUse {
  readonly column: string;
  readonly span: Span;
  readonly use: "show" | "compare" | "sort or group by";
}

/** Each column once. What `SELECT *` shows, only the cluster says. */
function shownColumns(query: Query, schema: QuerySchema | null): ColumnInUse[] {
  return eachOnce(namesOfShown(query, schema), "show");
}

function namesOfShown(
  { parsed, current, nameSpan }: Query,
  schema: QuerySchema | null,
): readonly Name[] {
  if (parsed.kind !== "select") return current;
  if (parsed.selectors === null) {
    return (schema?.prepared.columns ?? []).map(({ name }) => ({ name, span: nameSpan }));
  }
  return parsed.selectors.flatMap(({ term }) => columnsOfTerm(term));
}

/**
 * The columns that an answer depends on without having them, each once. What callers cannot choose, they cannot
 * guess with: a claim.
 */
function comparedColumns(query: Query, schema: QuerySchema | null): ColumnInUse[] {
  const { parsed, mode } = query;
  // What an `:exec` answers is the same whatever the row has.
  if (mode === "exec" || parsed.kind !== "select" && !isConditional(parsed)) return [];
  const claims = claimMarkers(query);
  const restricted = partsOf(parsed).flatMap(restrictionsOf).filter(({ kind, markers }) =>
    kind !== "written" && (markers.length === 0 || markers.some((marker) => !claims.has(marker)))
  ).map(({ column, span }) => ({ name: column, span }));
  if (parsed.kind !== "select") return eachOnce(restricted, "compare");
  const compared = eachOnce([...restricted, ...searchedColumns(parsed, schema)], "compare");
  const arranging = eachOnce(arrangingColumns(parsed), "sort or group by");
  return [
    ...compared,
    ...arranging.filter(({ column }) => !compared.some((each) => each.column === column)),
  ];
}

/** The columns of the indexes that `expr()` names, which only the cluster knows. */
function searchedColumns({ where }: SelectStatement, schema: QuerySchema | null): Name[] {
  const indexes = schema?.tables[0]?.indexes ?? [];
  return where.flatMap((relation) =>
    relation.kind === "index_expression"
      ? indexes.filter(({ name }) => name === relation.index.name)
        .map(({ column }) => ({ name: column, span: relation.span }))
      : []
  );
}

function eachOnce(names: readonly Name[], use: ColumnInUse["use"]): ColumnInUse[] {
  const spans = new Map<string, Span>();
  for (const { name, span } of names) spans.getOrInsert(name, span);
  return [...spans].map(([column, span]) => ({ column, span, use }));
}
