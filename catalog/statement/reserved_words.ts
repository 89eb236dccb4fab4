/**
 * The words that Cassandra takes as a name only in double quotes: `reserved_keywords.txt` of
 * Cassandra 5.0, and the two words that its lexer reads as booleans.
 *
 * @module
 */

const RESERVED: ReadonlySet<string> = new Set(
  ("add allow alter and apply asc authorize batch begin by columnfamily create delete desc describe " +
    "drop entries execute false from full grant if in index infinity insert into is keyspace limit " +
    "materialized modify nan norecursive not null of on or order primary rename revoke schema select " +
    "set table to token true truncate unlogged update use using view where with").split(" "),
);

/** Whether a word, in any case, can be a name only in quotes. */
export function isReserved(word: string): boolean {
  return RESERVED.has(word.toLowerCase());
}
