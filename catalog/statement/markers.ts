/**
 * The bind markers of a statement. A marker that the server would rename is read as what it should be
 * called, so that the tags can be checked against it.
 *
 * @module
 */

import type { Marker } from "../query.ts";
import { quote } from "../text/quote.ts";
import { helpToName, isSnakeCase, toSnakeCase } from "../text/snake_case.ts";
import type { Report, Span } from "../text/source.ts";
import type { Token } from "../text/tokenize.ts";

/** The words that Cassandra 5 takes for no name unless they are quoted: its `reserved_keywords.txt`. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  ("add allow alter and apply asc authorize batch begin by columnfamily create delete desc describe " +
    "drop entries execute from full grant if in index infinity insert into is keyspace limit " +
    "materialized modify nan norecursive not null of on or order primary rename revoke schema select " +
    "set table to token truncate unlogged update use using view where with").split(" "),
);

/** Every marker once, with all its places, in the order of the first. */
export function listMarkers(tokens: readonly Token[], report: Report): Marker[] {
  const spans = new Map<string, Span[]>();
  for (const token of tokens) {
    if (token.kind === "question") {
      report({
        span: token.span,
        message: `Cannot use the marker "?": it has no name`,
        help: `Name it, for example ":station_id"`,
      });
    }
    if (token.kind !== "marker") continue;
    const name = readName(token, report);
    spans.set(name, [...spans.get(name) ?? [], token.span]);
  }
  return [...spans].map(([name, spans]) => ({ name, spans }));
}

function readName({ text, span }: Token, report: Report): string {
  const written = text.slice(1).trimStart();
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use the marker ${quote(text)}: ${state}`, help });
  const name = written.replaceAll('"', "");
  if (written.startsWith('"')) {
    cannotUse("its name is quoted", helpToName(name, ":"));
  } else if (!isSnakeCase(name)) {
    cannotUse("the server lower-cases names", helpToName(name, ":"));
  } else if (RESERVED_WORDS.has(name)) {
    cannotUse(
      `"${name}" is a reserved word of CQL`,
      `Give it a longer name, for example ":${name === "limit" ? "row_limit" : `${name}_value`}"`,
    );
  }
  return toSnakeCase(name) || name;
}
