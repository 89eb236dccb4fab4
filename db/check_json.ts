/**
 * `INSERT … JSON` hides its values from the service: what an index of vectors cannot take would fail the
 * write on the replicas.
 *
 * @module
 */
import { insertTerms } from "../catalog/insert_terms.ts";
import type { Query } from "../catalog/query.ts";
import type { StatementContext } from "./prepare_params.ts";

export function checkJson(query: Query, { table, report }: StatementContext): void {
  if (query.verb !== "insert" || insertTerms(query) !== null || !table?.similarities.size) return;
  const [column] = table.similarities.keys();
  report({
    span: query.statementSpan,
    message: `Cannot serve a JSON insert into a table whose vector "${column}" is indexed`,
    help: 'Write "INSERT INTO … (columns) VALUES (markers)", whose values are checked',
  });
}
