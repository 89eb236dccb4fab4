/**
 * `INSERT … JSON` hides its values from the service: a vector that an index cannot take would fail the
 * write on the replicas. An opaque statement may hide values too.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { writesOf } from "../../../catalog/statement/statement.ts";
import type { StatementContext } from "../statement_context.ts";

export function checkJsonVectors({ parsed }: Query, { tables, report }: StatementContext): void {
  const indexedIn = (index: number) => [...tables[index]?.similarities.keys() ?? []][0];
  const opaque = parsed.kind === "opaque" && parsed.verb !== "select" ? indexedIn(0) : undefined;
  if (opaque !== undefined) {
    report({
      span: parsed.span,
      message: "Cannot serve a statement that cannot be read and writes to a table whose vector " +
        `"${opaque}" is indexed`,
      help: "Write the statement in a form that this release of cqlgate reads",
    });
  }
  for (const [index, write] of writesOf(parsed).entries()) {
    const isJson = write.kind === "insert" && write.source.kind === "json";
    const column = isJson ? indexedIn(index) : undefined;
    if (column === undefined) continue;
    report({
      span: write.span,
      message: `Cannot serve a JSON insert into a table whose vector "${column}" is indexed`,
      help: 'Write "INSERT INTO … (columns) VALUES (markers)", whose values are checked',
    });
  }
}
