/**
 * `INSERT`. Follows `insertStatement` of `Parser.g`.
 *
 * @module
 */

import { parseColumn, parseQualifiedName } from "./parse_name.ts";
import { parseConstantIfAny, parseMarkerIfAny, parseTerm } from "./parse_term.ts";
import { parseUsingIfAny } from "./parse_using.ts";
import type { Condition, InsertedJson, InsertedValues, InsertStatement } from "../statement.ts";
import type { TokenStream } from "./token_stream.ts";

export function parseInsert(stream: TokenStream): InsertStatement {
  const start = stream.expectKeywords("INSERT", "INTO");
  const table = parseQualifiedName(stream, "a table");
  const source = stream.skipKeywords("JSON") ? parseJson(stream) : parseValues(stream);
  const condition = parseNotExistsIfAny(stream);
  const using = parseUsingIfAny(stream);
  return { kind: "insert", table, source, using, condition, span: stream.spanFrom(start) };
}

function parseValues(stream: TokenStream): InsertedValues {
  stream.expectOperator("(");
  const columns = stream.list(() => parseColumn(stream));
  stream.expectOperator(")");
  stream.expectKeywords("VALUES");
  stream.expectOperator("(");
  const values = stream.list(() => parseTerm(stream));
  stream.expectOperator(")");
  return { kind: "values", columns, values };
}

function parseJson(stream: TokenStream): InsertedJson {
  const value = parseConstantIfAny(stream, "string") ?? parseMarkerIfAny(stream) ??
    stream.fail("a string or a marker");
  if (!stream.skipKeywords("DEFAULT")) return { kind: "json", value, default: null };
  if (stream.skipKeywords("NULL")) return { kind: "json", value, default: "null" };
  stream.expectKeywords("UNSET");
  return { kind: "json", value, default: "unset" };
}

function parseNotExistsIfAny(stream: TokenStream): Condition | null {
  if (!stream.atKeyword("IF")) return null;
  const start = stream.expectKeywords("IF", "NOT", "EXISTS");
  return { kind: "not_exists", span: stream.spanFrom(start) };
}
