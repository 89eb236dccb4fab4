/**
 * `UPDATE`. Follows `updateStatement` and `columnOperation` of `Parser.g`.
 *
 * @module
 */

import { isOperator, nameOf } from "../../text/token.ts";
import { isColumnName, parseColumn, parseQualifiedName } from "./parse_name.ts";
import { parseConditionIfAny, parseSubject, parseWhere } from "./parse_relation.ts";
import { parseConstantIfAny, parseTerm } from "./parse_term.ts";
import { parseUsingIfAny } from "./parse_using.ts";
import type { Assignment, UpdateStatement } from "../statement.ts";
import type { Name } from "../term.ts";
import type { TokenStream } from "./token_stream.ts";

export function parseUpdate(stream: TokenStream): UpdateStatement {
  const start = stream.expectKeywords("UPDATE");
  const table = parseQualifiedName(stream, "a table");
  const using = parseUsingIfAny(stream);
  stream.expectKeywords("SET");
  const assignments = stream.list(() => parseAssignment(stream));
  expectCompatible(assignments, stream);
  const where = parseWhere(stream);
  const condition = parseConditionIfAny(stream);
  const span = stream.spanFrom(start);
  return { kind: "update", table, using, assignments, where, condition, span };
}

function parseAssignment(stream: TokenStream): Assignment {
  const subject = parseSubject(stream);
  if (subject.kind !== "column") {
    stream.expectOperator("=");
    const value = parseTerm(stream);
    return { ...subject, value, span: stream.spanFrom(subject) };
  }
  const { column } = subject;
  const kind = stream.atOperator("+=") ? "add" : stream.atOperator("-=") ? "subtract" : null;
  if (kind === null) return parseColumnAssignment(stream, column);
  stream.take();
  const value = parseTerm(stream);
  return { kind, column, value, span: stream.spanFrom(column) };
}

/** `column = …`, from the sign on. */
function parseColumnAssignment(stream: TokenStream, column: Name): Assignment {
  stream.expectOperator("=");
  if (startsWithColumn(stream)) {
    expectSame(column, stream);
    const kind = stream.atOperator("-") ? "subtract" : "add";
    // The sign of a number is part of it: `a = a -1` adds -1.
    const added = parseConstantIfAny(stream, "integer");
    if (added === null) stream.take();
    const value = added ?? parseTerm(stream);
    return { kind, column, value, span: stream.spanFrom(column) };
  }
  const value = parseTerm(stream);
  const kind = stream.skipOperator("+") ? "prepend" : "set";
  if (kind === "prepend") expectSame(column, stream);
  return { kind, column, value, span: stream.spanFrom(column) };
}

/** Whether a column comes next, followed by what is added to it. */
function startsWithColumn(stream: TokenStream): boolean {
  const [first, second] = [stream.peek(), stream.peek(1)];
  return isColumnName(first) &&
    (isOperator(second, "+") || isOperator(second, "-") || second?.kind === "integer");
}

/** Cassandra adds to a column only what is assigned to the same column. */
function expectSame({ name }: Name, stream: TokenStream): void {
  if (nameOf(stream.peek()) !== name) stream.fail(`the column "${name}"`);
  parseColumn(stream);
}

/** A column may be assigned several times only if each assignment is to a part of it. */
function expectCompatible(assignments: readonly Assignment[], stream: TokenStream): void {
  const earlier = new Map<string, Set<string>>();
  for (const assignment of assignments) {
    const { kind, column: { name }, span } = assignment;
    const parts = earlier.get(name);
    const part = kind === "field" ? `field ${assignment.field.name}` : kind;
    const clashes = parts !== undefined &&
      (kind === "set" || parts.has("set") || kind === "field" && parts.has(part));
    if (clashes) stream.fail(`one assignment of "${name}"`, span);
    earlier.set(name, (parts ?? new Set()).add(part));
  }
}
