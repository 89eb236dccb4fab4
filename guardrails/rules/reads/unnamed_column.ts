/**
 * A column of an answer that only Cassandra has named.
 *
 * @module
 */
import type { Selector } from "../../../catalog/statement/statement.ts";
import type { QueryGuardrail } from "../../guardrail.ts";

export const unnamedColumn: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds:
    "A route that returns something computed, or a field, under the name that Cassandra makes up",
  cost:
    "Callers depend on names such as `system.max(price)` or `a + b`, which are awkward in code, contain the keyspace of a function, and may change with a release of Cassandra",
  instead: "Name it with AS, and leave out the JSON of SELECT JSON: cqlgate writes it",
  source: "CQL › Data manipulation › SELECT › Aliases",
  inspect({ query: { parsed, route } }) {
    if (parsed.kind !== "select" || route === null) return [];
    if (parsed.json) {
      return [{
        span: parsed.selectors?.[0]?.span ?? parsed.table.span,
        message:
          'Cannot read the columns of "SELECT JSON": callers get a text under the name "[json]"',
      }];
    }
    return (parsed.selectors ?? []).filter(isUnnamed).map(({ span }) => ({
      span,
      message: "Cannot keep the name of this column: Cassandra makes it up",
    }));
  },
};

/** A count of all rows is named `count`, which needs no alias. */
function isUnnamed({ term, alias }: Selector): boolean {
  return alias === null && term.kind !== "column" && term.kind !== "count_rows";
}
