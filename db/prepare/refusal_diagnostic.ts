/**
 * What the server says of a statement that it will not prepare → a diagnostic at the word that it
 * means, with what to do about it.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import { diagnosticAtStatement } from "../../catalog/text/diagnose.ts";
import type { Diagnostic, Span } from "../../catalog/text/source.ts";
import { suggest } from "../../catalog/text/suggest.ts";
import type { Refusal } from "../driver/refusal.ts";
import type { TableReader } from "../schema/table.ts";

/** The server's words at the place that they mean. */
export async function refusalDiagnostic(
  query: Query,
  error: Refusal,
  { keyspace, readTable }: { keyspace: string | null; readTable: TableReader },
): Promise<Diagnostic> {
  const syntax = /^line (\d+):(-?\d+) (.*)$/s.exec(error.message);
  if (syntax !== null) {
    return diagnosticAtStatement(query, {
      line: Number(syntax[1]),
      column: Number(syntax[2]),
      message: `Cassandra cannot parse the statement: ${syntax[3]}`,
      help: "Mend the statement; it runs as it is in cqlsh, markers included",
    });
  }
  const place = await blame(query, error.message, { keyspace, readTable });
  const message = `Cassandra refuses the statement: ${error.message}`;
  return { span: place.span, message, help: place.help };
}

const UNDEFINED_COLUMN = /^Undefined column name "?(\w+)"? in table "?(\w+)"?\.?"?(\w+)?"?/;
const UNKNOWN_TABLE = /^(?:table|unconfigured table) "?(\w+)"?(?: does not exist)?/i;

/** Finds the word that the server complains of, and the name that was probably meant. */
async function blame(
  query: Query,
  message: string,
  options: { keyspace: string | null; readTable: TableReader },
): Promise<{ span: Span; help: string }> {
  const column = UNDEFINED_COLUMN.exec(message);
  if (column !== null) {
    const [, name, first, second] = column;
    const [keyspace, tableName] = second === undefined
      ? [options.keyspace, first]
      : [first, second];
    const table = await options.readTable(keyspace ?? "", tableName!).catch(() => null);
    const columns = [...table?.types.keys() ?? []];
    const help = suggest(name!, columns);
    return {
      span: wordSpan(query, name!),
      help: `${help} The columns of "${tableName}" are ${columns.join(", ")}`.trim(),
    };
  }
  const table = UNKNOWN_TABLE.exec(message);
  if (table !== null) {
    return {
      span: wordSpan(query, table[1]!),
      help:
        'Correct the name, or add a migration that creates the table and run "deno task migrate"',
    };
  }
  return { span: query.statementSpan, help: "Mend the statement, or the migration of its table" };
}

/** The first place of a word in the statement; the whole statement where it is not there. */
function wordSpan(query: Query, word: string): Span {
  const { file, start } = query.statementSpan;
  const index = new RegExp(`\\b${word}\\b`, "i").exec(query.statement)?.index;
  if (index === undefined) return query.statementSpan;
  return { file, start: start + index, end: start + index + word.length };
}
