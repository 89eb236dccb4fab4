/**
 * `BEGIN BATCH … APPLY BATCH`, and the writes that it may contain. Follows `batchStatement` of
 * `Parser.g`.
 *
 * @module
 */

import { parseDelete } from "./parse_delete.ts";
import { parseInsert } from "./parse_insert.ts";
import { parseUpdate } from "./parse_update.ts";
import { parseUsingIfAny } from "./parse_using.ts";
import type { BatchStatement, WriteStatement } from "../statement.ts";
import type { TokenStream } from "./token_stream.ts";

export function parseBatch(stream: TokenStream): BatchStatement {
  const start = stream.expectKeywords("BEGIN");
  const typeToken = stream.peek();
  const type = stream.skipKeywords("UNLOGGED")
    ? "unlogged"
    : stream.skipKeywords("COUNTER")
    ? "counter"
    : "logged";
  const typeSpan = (type === "logged" ? start : typeToken ?? start).span;
  stream.expectKeywords("BATCH");
  const using = parseUsingIfAny(stream);
  const statements: WriteStatement[] = [];
  while (!stream.skipKeywords("APPLY", "BATCH")) {
    statements.push(parseWrite(stream));
    stream.skipOperator(";");
  }
  return { kind: "batch", type, typeSpan, using, statements, span: stream.spanFrom(start) };
}

/** `INSERT`, `UPDATE` or `DELETE`. */
export function parseWrite(stream: TokenStream): WriteStatement {
  if (stream.atKeyword("INSERT")) return parseInsert(stream);
  if (stream.atKeyword("UPDATE")) return parseUpdate(stream);
  if (stream.atKeyword("DELETE")) return parseDelete(stream);
  return stream.fail('"INSERT", "UPDATE" or "DELETE"');
}
