/**
 * Writes to a list that have to read it first.
 *
 * @module
 */
import type { WriteStatement } from "../../../catalog/statement/statement.ts";
import type { Name } from "../../../catalog/statement/term.ts";
import type { QueryGuardrail } from "../../guardrail.ts";
import { partsOf } from "../../restrictions.ts";

export const listReadBeforeWrite: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "An index into a list, or elements removed from a list",
  cost:
    "Cassandra reads the whole list before it writes. Two such writes at a time can hit other elements than their callers saw",
  instead: "Use a set, a map with keys of your own, or write the whole list",
  source: "CQL › Data types › Lists",
  inspect({ query: { parsed }, schema }) {
    if (schema === null) return [];
    return partsOf(parsed).flatMap((part, index) => {
      const types = schema.tables[index]?.types;
      if (part.kind === "select") return [];
      return readColumns(part).filter(({ name }) => types?.get(name)?.kind === "list").map(
        ({ name, span }) => ({
          span,
          message: `Cannot write to the list "${name}" without reading it first`,
        }),
      );
    });
  },
};

/** The columns of which an element is replaced or removed. */
function readColumns(write: WriteStatement): readonly Name[] {
  switch (write.kind) {
    case "insert":
      return [];
    case "update":
      return write.assignments.filter(({ kind }) => kind === "element" || kind === "subtract")
        .map(({ column }) => column);
    case "delete":
      return write.deletions.filter(({ kind }) => kind === "element").map(({ column }) => column);
  }
}
