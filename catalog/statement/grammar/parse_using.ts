/**
 * `USING TTL … AND TIMESTAMP …`. Follows `usingClause` of `Parser.g`.
 *
 * @module
 */

import { parseInteger } from "./parse_term.ts";
import type { UsingOption } from "../statement.ts";
import type { TokenStream } from "./token_stream.ts";

/** Nothing if no `USING` comes next. */
export function parseUsingIfAny(
  stream: TokenStream,
  kinds: readonly UsingOption["kind"][] = ["ttl", "timestamp"],
): UsingOption[] {
  if (!stream.skipKeywords("USING")) return [];
  const options = [parseOption(stream, kinds)];
  while (kinds.length > 1 && stream.skipKeywords("AND")) options.push(parseOption(stream, kinds));
  return options;
}

function parseOption(stream: TokenStream, kinds: readonly UsingOption["kind"][]): UsingOption {
  const kind = kinds.find((each) => stream.atKeyword(each.toUpperCase()));
  if (kind === undefined) {
    return stream.fail(kinds.map((each) => `"${each.toUpperCase()}"`).join(" or "));
  }
  const keyword = stream.take();
  const value = parseInteger(stream);
  return { kind, value, span: stream.spanFrom(keyword) };
}
