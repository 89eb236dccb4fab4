/**
 * Constants that Cassandra takes when it prepares a statement, and refuses each time that it runs it: it works out
 * functions and operators only then. Callers would be told of a mistake that they cannot correct. So Cassandra works
 * them out here, once, in statements that touch no row of the project:
 * - a text in `fromJson()` as part of a constant `INSERT … JSON`, which is read when it is prepared, and never run;
 * - any other value as what is selected from `system.local`.
 *
 * Anything that cannot be asked in this way is left to the request, for example a part of a larger value, or a
 * value of one of the project's own types.
 *
 * @module
 */
import type { Query } from "../../../../catalog/query.ts";
import { type ColumnValue, columnValues } from "../../../../catalog/statement/column_values.ts";
import { fromJsonText } from "../../../../catalog/statement/from_json.ts";
import { type Statement, writesOf } from "../../../../catalog/statement/statement.ts";
import { type Literal, type Term, unhinted, walkTerm } from "../../../../catalog/statement/term.ts";
import { writtenName } from "../../../../catalog/statement/written_name.ts";
import type { Span } from "../../../../catalog/text/source.ts";
import { cqlName } from "../../../../codec/type_name.ts";
import { isForbidden, isFunctionFailure, isRefusal } from "../../../driver/failures/refusal.ts";
import type { Session } from "../../../driver/session.ts";
import type { StatementContext } from "../../statement_context.ts";

/** A constant, and what Cassandra says against it. */
interface Refused {
  readonly span: Span;
  readonly reason: string;
  readonly help: string;
}

/** @throws the driver's errors where the cluster cannot be asked */
export async function checkConstantValues(
  { parsed }: Query,
  { tables, report }: StatementContext,
  session: Session,
): Promise<void> {
  const written = columnValues(parsed);
  const refused = await Promise.all([
    ...written.flatMap(jsonTexts).map((text) => refusedJson(text, parsed, session)),
    ...written.map(({ column, value, statement }) => {
      const type = tables[statement]?.types.get(column);
      return type === undefined ? null : refusedTerm(value, session, cqlName(type));
    }),
    ...selectedTerms(parsed).map((term) => refusedTerm(term, session)),
  ]);
  for (const found of refused) {
    if (found === null) continue;
    const { span, reason, help } = found;
    const constant = span.file.text.slice(span.start, span.end);
    report({ span, message: `Cassandra cannot work out ${constant}: ${reason}`, help });
  }
}

function selectedTerms(statement: Statement): Term[] {
  return statement.kind === "select" ? (statement.selectors ?? []).map(({ term }) => term) : [];
}

interface JsonText extends Omit<ColumnValue, "value"> {
  readonly literal: Literal;
  /** Whether it is a member of the list or set that goes into the column. */
  readonly isMember: boolean;
}

/** The texts that are read as JSON for a column, or for the members of one. */
function jsonTexts({ value, ...place }: ColumnValue): JsonText[] {
  const term = unhinted(value);
  const isMember = term.kind === "list" || term.kind === "set";
  return (isMember ? term.items.map(unhinted) : [term]).flatMap((each) => {
    const literal = fromJsonText(each);
    return literal === null ? [] : [{ ...place, literal, isMember }];
  });
}

async function refusedJson(
  { column, statement, literal, isMember }: JsonText,
  parsed: Statement,
  session: Session,
): Promise<Refused | null> {
  const { span, value: text } = literal;
  const help = "Correct the text, or write the value as a constant of CQL";
  if (!isJson(text)) return { span, reason: "it is not JSON", help };
  const table = parsed.kind === "select" ? parsed.table : writesOf(parsed)[statement]!.table;
  const name = [table.keyspace, table.name].flatMap((part) =>
    part === null ? [] : writtenName(part.name)
  ).join(".");
  const json = `{${JSON.stringify(writtenName(column))}: ${isMember ? `[${text}]` : text}}`;
  const reason = await session.prepare(`INSERT INTO ${name} JSON '${json.replaceAll("'", "''")}'`)
    .then(() => null, messageOf);
  const said = /^Error decoding JSON value for [^:]+: (.*)$/s.exec(reason ?? "")?.[1];
  return said === undefined ? null : { span, reason: said, help };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param type of the column that it is for; for a selected value, Cassandra works out the type
 * @returns null, too, if Cassandra cannot be asked about it, or has nothing to work out
 */
async function refusedTerm(
  term: Term,
  session: Session,
  type?: string,
): Promise<Refused | null> {
  if (!isWorkedOut(term)) return null;
  const { span } = term;
  const text = span.file.text.slice(span.start, span.end);
  const hinted = type === undefined
    ? text
    : `(${type}) ${term.kind === "arithmetic" ? `(${text})` : text}`;
  const cql = `SELECT ${hinted} FROM system.local`;
  try {
    await session.prepare(cql);
  } catch (error) {
    messageOf(error);
    // As it says nothing of the statement, where it may be in order.
    return null;
  }
  const reason = await session.query(cql, []).then(() => null, messageOf);
  const help = "Correct the constant: it is worked out again for each request";
  return reason === null ? null : { span, reason, help };
}

/** Whether it is a constant with something to work out that depends on what is written. */
function isWorkedOut(term: Term): boolean {
  let isWorkedOut = false;
  let hasLiteral = false;
  for (const inner of walkTerm(term)) {
    switch (inner.kind) {
      case "marker":
      case "column":
      case "count_rows":
      case "cell_metadata":
        return false;
      case "literal":
        hasLiteral = true;
        break;
      case "call":
      case "arithmetic":
        isWorkedOut = true;
        break;
    }
  }
  // No statement at each boot for `toTimestamp(now())`.
  return isWorkedOut && hasLiteral;
}

/**
 * @returns null if it is about rights, which the statement itself may have
 * @throws an error that is not a node's answer about the statement
 */
function messageOf(error: unknown): string | null {
  if (isFunctionFailure(error)) return error.message;
  if (isRefusal(error)) return isForbidden(error) ? null : error.message;
  throw error;
}
