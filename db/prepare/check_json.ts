/**
 * `INSERT … JSON` hides its values from the service: what an index of vectors cannot take would fail the
 * write on the replicas.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import { innerStatements } from "../../catalog/statement/inner_statements.ts";
import { insertTerms } from "../../catalog/statement/insert_terms.ts";
import { isKeyword, tokenize } from "../../catalog/text/tokenize.ts";
import type { StatementContext } from "./statement_context.ts";

export function checkJson(query: Query, { tables, report }: StatementContext): void {
  for (const [index, span] of innerStatements(query).entries()) {
    const [column] = tables[index]?.similarities.keys() ?? [];
    const [first] = tokenize(span, () => {}).filter(({ kind }) => kind !== "comment");
    const isInsert = isKeyword(first, "INSERT");
    if (column === undefined || !isInsert) continue;
    if (insertTerms({ verb: "insert", statementSpan: span }) !== null) continue;
    report({
      span,
      message: `Cannot serve a JSON insert into a table whose vector "${column}" is indexed`,
      help: 'Write "INSERT INTO … (columns) VALUES (markers)", whose values are checked',
    });
  }
}
