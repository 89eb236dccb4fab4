/**
 * The server's message about a statement that it will not prepare → a diagnostic at the name that it means,
 * with what to do about it.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { columnsOf, tablesOf } from "../../../catalog/statement/names_of.ts";
import { type Statement, writesOf } from "../../../catalog/statement/statement.ts";
import { type Name, walkTerm } from "../../../catalog/statement/term.ts";
import { termsOf } from "../../../catalog/statement/terms_of.ts";
import { writtenName } from "../../../catalog/statement/written_name.ts";
import { diagnosticAtStatement } from "../../../catalog/text/diagnose.ts";
import type { Diagnostic, Span } from "../../../catalog/text/source.ts";
import { quote } from "../../../catalog/text/quote.ts";
import { closest } from "../../../catalog/text/suggest.ts";
import { type Refusal, syntaxComplaint } from "../../driver/failures/refusal.ts";
import type { TableReader } from "../../schema/table.ts";
import { explainFiltering } from "./filtering_explanation.ts";
import { explainRefusal } from "./refusal_explanations.ts";
import { explainSyntax } from "./syntax_explanations.ts";

/** The server's words at the place that they mean. */
export async function refusalDiagnostic(
  query: Query,
  error: Refusal,
  { keyspace, readTable }: { keyspace: string | null; readTable: TableReader },
): Promise<Diagnostic> {
  const syntax = syntaxComplaint(error);
  if (syntax !== null) {
    return diagnosticAtStatement(query.statementSpan, {
      ...syntax,
      message: `Cassandra cannot parse the statement: ${syntax.message}`,
      help: explainSyntax(syntax.message) ??
        "Fix the statement; it can be pasted into cqlsh, markers included",
    });
  }
  const place = await blame(query, error.message, { keyspace, readTable });
  const message = `Cassandra refuses the statement: ${error.message}`;
  return { span: place.span, message, help: place.help };
}

const UNDEFINED_COLUMN = /^Undefined column name (.+?) in table (.+)$/;
const UNKNOWN_FUNCTION = /^Unknown function '?(.+?)'?(?: called)?$/;
const UNKNOWN_TABLE = /^(?:table|unconfigured table) (.+?)(?: does not exist)?$/i;

const FIX = "Fix the statement, or the migration of its table";

/** Finds the name that the server complains of, and the name that was probably meant. */
async function blame(
  query: Query,
  message: string,
  options: { keyspace: string | null; readTable: TableReader },
): Promise<{ span: Span; help: string }> {
  const column = UNDEFINED_COLUMN.exec(message);
  if (column !== null) {
    const name = unquoted(column[1]!);
    const [tableName, keyspace = options.keyspace] = splitName(column[2]!).reverse();
    const table = await options.readTable(keyspace ?? "", tableName!).catch(() => null);
    const columns = [...table?.types.keys() ?? []].map(writtenName);
    const named = columnsIn(query.parsed, tableName!).find((each) => each.name === name);
    return {
      span: named?.span ?? query.statementSpan,
      help: explainColumn(name, tableName!, columns),
    };
  }
  const table = UNKNOWN_TABLE.exec(message);
  if (table !== null) {
    const tableName = splitName(table[1]!).at(-1);
    const named = tablesOf(query.parsed).find(({ name }) => name.name === tableName);
    return {
      span: named?.name.span ?? query.statementSpan,
      help:
        'Correct the name, or add a migration that creates the table and run "deno task migrate"',
    };
  }
  const called = UNKNOWN_FUNCTION.exec(message);
  if (called !== null) {
    return {
      span: spanOfCall(query.parsed, splitName(called[1]!).at(-1)!) ?? query.statementSpan,
      help: "Correct the name, or add a migration that creates the function",
    };
  }
  return await explain(query, message, options) ??
    { span: query.statementSpan, help: FIX };
}

/** The column that was probably meant, and the existing ones. */
function explainColumn(name: string, table: string, columns: readonly string[]): string {
  if (columns.length === 0) return FIX;
  const known = `The columns of "${table}" are ${columns.join(", ")}`;
  if (name === table) return `Write the column without its table. ${known}`;
  const near = closest(writtenName(name), columns);
  return near === null ? known : `Did you mean ${quote(near)}? ${known}`;
}

function spanOfCall(statement: Statement, name: string): Span | null {
  for (const term of termsOf(statement).flatMap((term) => [...walkTerm(term)])) {
    if (term.kind === "call" && term.function.name.name === name) return term.function.span;
  }
  return null;
}

/** What stands against the statement, by the words of the server; null if they are not known. */
async function explain(
  { parsed, statementSpan }: Query,
  message: string,
  { keyspace, readTable }: { keyspace: string | null; readTable: TableReader },
): Promise<{ span: Span; help: string } | null> {
  const known = explainRefusal(message);
  if (known !== null) {
    const column = known.column === null ? null : unquoted(known.column);
    // The last one, as a column may be selected too.
    const named = columnsOf(parsed).findLast(({ name }) => name === column);
    return { span: named?.span ?? statementSpan, help: known.help };
  }
  if (parsed.kind !== "select") return null;
  const { table } = parsed;
  const found = await readTable(table.keyspace?.name ?? keyspace ?? "", table.name.name)
    .catch(() => null);
  return explainFiltering(message, parsed, found);
}

/** The columns that are named for a table: of a batch, in the writes to it. */
function columnsIn(statement: Statement, table: string): Name[] {
  const writes = writesOf(statement).filter(({ table: { name } }) => name.name === table);
  return writes.length === 0 ? columnsOf(statement) : writes.flatMap(columnsOf);
}

/** `keyspace.table` or `table`, each with or without quotes. */
function splitName(text: string): string[] {
  return [...text.matchAll(/"(?:[^"]|"")*"|[^."]+/g)].map(([part]) => unquoted(part));
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}
