/**
 * What to write instead of what Cassandra cannot parse: a table of the words of SQL, and one of its forms.
 *
 * @module
 */
import { isReserved } from "../../../catalog/statement/reserved_words.ts";
import type { Explanation } from "./refusal_explanations.ts";

/** Words of SQL that CQL does not have in that place, by the unexpected word in lower case. */
const WORDS: Readonly<Record<string, string>> = {
  or:
    "WHERE has no OR: use IN for values of one column, or a query for each alternative and put their rows together in a hand-written route",
  not:
    "WHERE has no NOT: read the ranges before and after the value, or leave the rows out in the client",
  between: 'Write the ends of the range: "at >= :since AND at <= :until"',
  null:
    "WHERE has no IS NULL: a missing value is not stored. Keep rows without the value in a table of their own, or write a value that stands for it",
  join:
    "There are no joins: keep the columns that are read together in one table and write them in a batch, or call two queries in a hand-written route",
  offset:
    'There is no OFFSET: a route of a ":many" query continues by its cursor, without reading the rows before',
  select:
    "There are no subqueries: read the first result in a hand-written route and pass it to a second query",
  union: "There is no UNION: call both queries in a hand-written route",
  having: "There is no HAVING: leave groups out in the client",
  when: "There is no CASE: choose in the client, or write the result to a column",
  ilike:
    "Texts are compared byte by byte: keep a lower-case copy of the text in a column of the key, and compare that",
  regexp: "There are no patterns in WHERE: keep what is searched for in a column of a key",
  for: "There are no locks: write with IF, which checks and writes at once",
  conflict: 'An INSERT replaces the row; with "IF NOT EXISTS" it writes only a new row',
  on: 'An INSERT replaces the row; with "IF NOT EXISTS" it writes only a new row',
  returning:
    "A write returns no rows. cqlgate answers with values that it generates, and a condition with the current row",
  with: "There is no WITH: call several queries in a hand-written route",
  exists: "Compare columns of the key; whether a row exists is what reading it tells",
  over: "There are no window functions: calculate in the client",
  fetch: 'Write "LIMIT" at the end of the statement',
};

/** What the server cannot parse and does not name by a word, with the place in brackets. */
const FORMS: readonly Explanation[] = [
  {
    // `$1`, `${name}`, `%s`, `@name` and `{name}`.
    says:
      /^mismatched character '[\d{]' expecting '\$'|^no viable alternative at (?:input '%'|character '@')|\[\{\]\w+\}\)$/,
    help: 'Write a value of the caller as a marker, such as ":station_id"',
  },
  {
    says: /^mismatched input ':' expecting EOF \(.*\[:\]:/s,
    help: "Leave the type out: the server knows the types of markers",
  },
  {
    // An alias, another table, or a join.
    says: /\bfrom (?:\[\w+\](?: \w+|,)|\w+ \[as\] \w+)\.\.\.\)$/i,
    help:
      "A SELECT reads one table, which has no alias: keep the columns that are read together in one table and write them in a batch, or call two queries in a hand-written route",
  },
  {
    says: /^mismatched input '<EOF>' expecting K_WHERE/,
    help: "A write names its rows by their key: add WHERE. TRUNCATE in cqlsh empties a table",
  },
  {
    says: /\["\]/,
    help: "Write texts in single quotes: double quotes are for names",
  },
  {
    says: /\(insert into \[\w+\] values\.\.\.\)$/i,
    help: 'Name the columns: "INSERT INTO … (a, b) VALUES (:a, :b)"',
  },
  {
    says: /\bvalues .*\)\[,\]/is,
    help: 'An INSERT writes one row: write several in a batch, or take many inputs with "@bulk"',
  },
  {
    says: /\(delete \[\w+\] where\.\.\.\)$/i,
    help: 'Write FROM before the table: "DELETE FROM … WHERE …"',
  },
  {
    says: /^no viable alternative at character '[^\0-\x7f]'/,
    help: 'Write a name with other characters than a to z, digits and "_" in double quotes',
  },
  { says: /\blimit .*\[,\]/is, help: WORDS.offset! },
  { says: /\(select \[top\] /i, help: WORDS.fetch! },
];

/** Conditions of a lightweight transaction in the wrong place: their words mean something else elsewhere. */
const CONDITIONS: readonly Explanation[] = [
  {
    says: /\bif \[exists\]/i,
    help:
      'An INSERT has "IF NOT EXISTS". To change only a row that is there, use UPDATE … IF EXISTS',
  },
  {
    says: /\bif \[not\]/i,
    help: 'Only an INSERT has "IF NOT EXISTS". An UPDATE has "IF EXISTS", or compares columns',
  },
  {
    says: /\busing .*\[if\]/is,
    help: 'Write the condition of an INSERT before its USING: "IF NOT EXISTS USING TTL :ttl"',
  },
];

/** Where a name is expected, behind a word or a comma. */
const NAME = /(?:\b(?:from|into|update|set|and|by) |, |\()\[(?!(?:from|where|values|set)\b)\w+\]/i;

/** What to do about a word that cannot be parsed, as the server names it; null if nothing is known. */
export function explainSyntax(complaint: string): string | null {
  const [, word = ""] = /^(?:no viable alternative at|mismatched) input '(\w+)'/.exec(complaint) ??
    [];
  const key = word.toLowerCase();
  if (/^no viable alternative at .*\bcount\(\[distinct\]/is.test(complaint)) {
    return "count() counts rows: keep the distinct values in a table of their own, as its key, and count its rows";
  }
  const condition = CONDITIONS.find(({ says }) => says.test(complaint));
  if (condition !== undefined) return condition.help;
  if (Object.hasOwn(WORDS, key)) return WORDS[key]!;
  const form = FORMS.find(({ says }) => says.test(complaint));
  if (form !== undefined) return form.help;
  if (isReserved(key) && NAME.test(complaint)) {
    return `"${key}" is a reserved word of CQL: as a name it stands in double quotes`;
  }
  // A column with a parenthesis behind it, as in "where lower(name) = …".
  return /^no viable alternative at input '\('.*\bwhere\b.*\[\w+\]\(/is.test(complaint)
    ? "WHERE calls no function of a column: keep the result in a column of the key, or call the function with the value"
    : null;
}
