/**
 * `SELECT`. Follows `selectStatement` of `Parser.g`.
 *
 * @module
 */

import { parseColumn, parseName, parseQualifiedName } from "./parse_name.ts";
import { parseWhere } from "./parse_relation.ts";
import { parseSelectorTerm, startsSelector } from "./parse_selector.ts";
import { parseInteger, parseTerm } from "./parse_term.ts";
import type { Ordering, Selector, SelectStatement } from "../statement.ts";
import type { TokenStream } from "./token_stream.ts";

export function parseSelect(stream: TokenStream): SelectStatement {
  const start = stream.expectKeywords("SELECT");
  const clause = parseModified(stream, { keyword: "JSON", read: () => parseSelectClause(stream) });
  stream.expectKeywords("FROM");
  const table = parseQualifiedName(stream, "a table");
  const where = stream.atKeyword("WHERE") ? parseWhere(stream) : [];
  const groupBy = stream.skipKeywords("GROUP", "BY")
    ? stream.list(() => parseSelectorTerm(stream))
    : [];
  const orderBy = stream.skipKeywords("ORDER", "BY")
    ? stream.list(() => parseOrdering(stream))
    : [];
  const perPartitionLimit = stream.skipKeywords("PER", "PARTITION", "LIMIT")
    ? parseInteger(stream)
    : null;
  const limit = stream.skipKeywords("LIMIT") ? parseInteger(stream) : null;
  const allowFiltering = stream.skipKeywords("ALLOW", "FILTERING");
  return {
    kind: "select",
    json: clause.isModified,
    distinct: clause.node.isModified,
    selectors: clause.node.node,
    table,
    where,
    groupBy,
    orderBy,
    perPartitionLimit,
    limit,
    allowFiltering,
    span: stream.spanFrom(start),
  };
}

interface Modified<Node> {
  readonly isModified: boolean;
  readonly node: Node;
}

function parseSelectClause(stream: TokenStream): Modified<readonly Selector[] | null> {
  return parseModified(stream, { keyword: "DISTINCT", read: () => parseSelectors(stream) });
}

/**
 * What follows `JSON` or `DISTINCT`. Both name columns too: they are keywords wherever the rest can be
 * read without them, as in `SELECT json - a`, which negates `a`.
 */
function parseModified<Node>(
  stream: TokenStream,
  { keyword, read }: { readonly keyword: "JSON" | "DISTINCT"; readonly read: () => Node },
): Modified<Node> {
  const modified = stream.attempt(() => {
    stream.expectKeywords(keyword);
    if (!stream.atOperator("*") && !startsSelector(stream)) stream.fail("a selector");
    return { isModified: true, node: read() };
  });
  return modified ?? { isModified: false, node: read() };
}

/** Null for `*`. */
function parseSelectors(stream: TokenStream): readonly Selector[] | null {
  return stream.skipOperator("*") ? null : stream.list(() => parseSelector(stream));
}

function parseSelector(stream: TokenStream): Selector {
  const term = parseSelectorTerm(stream);
  const alias = stream.skipKeywords("AS") ? parseName(stream) : null;
  return { term, alias, span: stream.spanFrom(term) };
}

function parseOrdering(stream: TokenStream): Ordering {
  const column = parseColumn(stream);
  const nearest = stream.skipKeywords("ANN", "OF") ? parseTerm(stream) : null;
  const direction = stream.skipKeywords("DESC") ? "desc" : "asc";
  if (direction === "asc") stream.skipKeywords("ASC");
  return { column, nearest, direction, span: stream.spanFrom(column) };
}
