/**
 * Compares the markers that the service reads in a statement with those that the server finds: a value bound to
 * the wrong place would be worse than a query that is not served.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { bindMarkers } from "../../../catalog/statement/marker_roles.ts";
import type { StatementContext } from "../statement_context.ts";

export function checkMarkerAgreement(
  { parsed, statementSpan }: Query,
  { statement, report }: StatementContext,
): void {
  const own = bindMarkers(parsed).map(({ name }) => `:${name}`).join(", ");
  const found = statement.binds.map(({ name }) => `:${name}`).join(", ");
  if (own === found) return;
  report({
    span: statementSpan,
    message: `Cannot match the markers of the statement: Cassandra finds ${
      found || "none"
    }, but cqlgate finds ${own || "none"}`,
    help: "Write the statement in a form that this release of cqlgate reads",
  });
}
