/**
 * What `WHERE` and `IF` consist of. Follows `whereClause`, `relation` and `updateConditions` of
 * `Parser.g`.
 *
 * @module
 */

import { isKeyword, isOperator } from "../../text/token.ts";
import { parseColumn, parseName } from "./parse_name.ts";
import { parseMarkerIfAny, parseTerm, parseTuple } from "./parse_term.ts";
import type { Comparator, Condition, InValues, Relation, Subject } from "../statement.ts";
import type { Name } from "../term.ts";
import type { TokenStream } from "./token_stream.ts";

const COMPARATORS: readonly Comparator[] = ["=", "!=", "<", "<=", ">", ">="];

/** `WHERE …`. */
export function parseWhere(stream: TokenStream): Relation[] {
  stream.expectKeywords("WHERE");
  return parseConjunction(stream, () => parseRelation(stream));
}

/** `IF EXISTS` or `IF relation AND …`; null if no `IF` comes next. */
export function parseConditionIfAny(stream: TokenStream): Condition | null {
  const start = stream.peek();
  if (start === undefined || !stream.skipKeywords("IF")) return null;
  if (stream.atKeyword("EXISTS") && !startsComparison(stream)) {
    stream.take();
    return { kind: "exists", span: stream.spanFrom(start) };
  }
  const relations = parseConjunction(stream, () => parseCondition(stream));
  return { kind: "relations", relations, span: stream.spanFrom(start) };
}

/** A column, or an element or a field of a column, as `IF` compares and `DELETE` deletes. */
export function parseSubject(stream: TokenStream): Subject {
  const column = parseColumn(stream);
  if (stream.skipOperator("[")) {
    const key = parseTerm(stream);
    stream.expectOperator("]");
    return { kind: "element", column, key, span: stream.spanFrom(column) };
  }
  if (stream.skipOperator(".")) {
    const field = parseName(stream, "a field");
    return { kind: "field", column, field, span: stream.spanFrom(column) };
  }
  return { kind: "column", column, span: column.span };
}

function parseConjunction(stream: TokenStream, read: () => Relation): Relation[] {
  const relations = [read()];
  while (stream.skipKeywords("AND")) relations.push(read());
  return relations;
}

/** A relation, or an expression for a custom index, which cannot be in parentheses. */
function parseRelation(stream: TokenStream): Relation {
  const start = stream.peek();
  if (start === undefined || !stream.skipOperator("expr(")) return parsePlainRelation(stream);
  const index = parseName(stream, "an index");
  stream.expectOperator(",");
  const value = parseTerm(stream);
  stream.expectOperator(")");
  return { kind: "index_expression", index, value, span: stream.spanFrom(start) };
}

function parsePlainRelation(stream: TokenStream): Relation {
  const start = stream.peek();
  if (start === undefined) return stream.fail("a column");
  if (stream.skipKeywords("TOKEN")) {
    const columns = parseColumns(stream);
    const comparator = parseComparator(stream);
    const value = parseTerm(stream);
    const span = stream.spanFrom(start);
    return { kind: "token_comparison", columns, comparator, value, span };
  }
  if (!stream.atOperator("(")) return parseColumnRelation(stream);
  const isTuple = [",", ")"].some((sign) => isOperator(stream.peek(2), sign));
  if (isTuple) return parseTupleRelation(stream);
  stream.take();
  const relation = stream.nested(() => parsePlainRelation(stream));
  stream.expectOperator(")");
  return relation;
}

function parseColumnRelation(stream: TokenStream): Relation {
  const start = stream.peek();
  const column = parseColumn(stream);
  if (start !== undefined && stream.skipOperator("[")) {
    const key = parseTerm(stream);
    stream.expectOperator("]");
    const span = stream.spanFrom(start);
    return parseComparison(stream, { kind: "element", column, key, span });
  }
  const subject: Subject = { kind: "column", column, span: column.span };
  if (stream.skipKeywords("IS")) {
    stream.expectKeywords("NOT", "NULL");
    return { kind: "not_null", subject, span: stream.spanFrom(subject) };
  }
  if (stream.skipKeywords("LIKE")) {
    const value = parseTerm(stream);
    return { kind: "like", subject, value, span: stream.spanFrom(subject) };
  }
  return parseComparisonOfColumn(stream, subject);
}

function parseCondition(stream: TokenStream): Relation {
  const subject = parseSubject(stream);
  if (subject.kind === "column") return parseComparisonOfColumn(stream, subject);
  return parseInIfAny(stream, subject) ?? parseComparison(stream, subject);
}

/** What `WHERE` and `IF` both ask of a column. */
function parseComparisonOfColumn(stream: TokenStream, subject: Subject): Relation {
  if (stream.skipKeywords("CONTAINS")) {
    const kind = stream.skipKeywords("KEY") ? "contains_key" : "contains";
    return { kind, subject, value: parseTerm(stream), span: stream.spanFrom(subject) };
  }
  return parseInIfAny(stream, subject) ?? parseComparison(stream, subject);
}

function parseComparison(stream: TokenStream, subject: Subject): Relation {
  const comparator = parseComparator(stream);
  const value = parseTerm(stream);
  return { kind: "comparison", subject, comparator, value, span: stream.spanFrom(subject) };
}

function parseComparator(stream: TokenStream): Comparator {
  const comparator = COMPARATORS.find((each) => stream.atOperator(each));
  if (comparator === undefined) return stream.fail("a comparison");
  stream.take();
  return comparator;
}

function parseInIfAny(stream: TokenStream, subject: Subject): Relation | null {
  if (!stream.skipKeywords("IN")) return null;
  const values = parseMarkerIfAny(stream) ?? stream.bracketed("()", () => parseTerm(stream));
  return { kind: "in", subject, values, span: stream.spanFrom(subject) };
}

function parseTupleRelation(stream: TokenStream): Relation {
  const start = stream.peek()!;
  const columns = parseColumns(stream);
  if (stream.skipKeywords("IN")) {
    const values = parseTuples(stream);
    return { kind: "tuple_in", columns, values, span: stream.spanFrom(start) };
  }
  const comparator = parseComparator(stream);
  const value = parseMarkerIfAny(stream) ?? parseTuple(stream);
  const span = stream.spanFrom(start);
  return { kind: "tuple_comparison", columns, comparator, value, span };
}

/** A marker, tuples, or markers of tuples: the grammar does not mix them. */
function parseTuples(stream: TokenStream): InValues {
  const marker = parseMarkerIfAny(stream);
  if (marker !== null) return marker;
  const isLiteral = isOperator(stream.peek(1), "(");
  return stream.bracketed("()", () => {
    if (isLiteral) return parseTuple(stream);
    return parseMarkerIfAny(stream) ?? stream.fail("a tuple or a marker");
  });
}

function parseColumns(stream: TokenStream): Name[] {
  stream.expectOperator("(");
  const columns = stream.list(() => parseColumn(stream));
  stream.expectOperator(")");
  return columns;
}

/** Whether the token after the next compares, so that the next is a column. */
function startsComparison(stream: TokenStream): boolean {
  const next = stream.peek(1);
  return ["[", ".", ...COMPARATORS].some((sign) => isOperator(next, sign)) ||
    isKeyword(next, "IN") || isKeyword(next, "CONTAINS");
}
