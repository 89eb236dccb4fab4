/**
 * `DELETE`. Follows `deleteStatement` of `Parser.g`.
 *
 * @module
 */

import { parseQualifiedName } from "./parse_name.ts";
import { parseConditionIfAny, parseSubject, parseWhere } from "./parse_relation.ts";
import { parseUsingIfAny } from "./parse_using.ts";
import type { DeleteStatement } from "../statement.ts";
import type { TokenStream } from "./token_stream.ts";

export function parseDelete(stream: TokenStream): DeleteStatement {
  const start = stream.expectKeywords("DELETE");
  const deletions = stream.atKeyword("FROM") ? [] : stream.list(() => parseSubject(stream));
  stream.expectKeywords("FROM");
  const table = parseQualifiedName(stream, "a table");
  const using = parseUsingIfAny(stream, ["timestamp"]);
  const where = parseWhere(stream);
  const condition = parseConditionIfAny(stream);
  const span = stream.spanFrom(start);
  return { kind: "delete", deletions, table, using, where, condition, span };
}
