/**
 * What Cassandra means when it refuses a statement, and what to model or write instead: a table of the
 * words that it says, and one of the words of SQL that it cannot parse. Words of Cassandra 4.1 and 5.0.
 *
 * @module
 */

/** A complaint of the server, and what to do about it. */
interface Explanation {
  readonly says: RegExp;
  /** Where a group `column` of the expression names the column at fault, that is where the mistake is. */
  readonly help: string;
}

const REFUSALS: readonly Explanation[] = [
  {
    says: /^Cannot directly modify a materialized view/,
    help: "Cassandra fills a materialised view itself: write to the table that it is made from",
  },
  {
    says: /^LIKE restriction is only supported on properly indexed columns\. (?<column>\S+) LIKE/,
    help:
      `LIKE needs a SASI index, which is not for production. To find texts by their first letters, add a table whose partition key is a part of them, such as the first two, and whose first clustering column is the text: "prefix = :prefix AND name >= :name AND name < :after". For words inside a text, add a row for each word, or use a search engine`,
  },
  {
    says: /^Unsupported "!=" relation: (?<column>[^\s([]+)/,
    help:
      `WHERE has no "!=". Read the ranges before and after the value in two queries, leave the rows out in the client, or keep the rows that are wanted in a table of their own`,
  },
  {
    says: /^Unsupported restriction: (?<column>\S+) IS NOT NULL/,
    help:
      `"IS NOT NULL" is for materialised views. A row without the value can be left out of a second table, whose key has the column`,
  },
  {
    says:
      /^PRIMARY KEY column "(?<column>.+)" cannot be restricted as preceding column "(.+)" is not/,
    help:
      "Rows of a partition are in the order of the clustering columns: restrict the columns before it too, or add a table with the columns in another order",
  },
  {
    says: /^Clustering column "(?<column>.+)" cannot be restricted \(preceding column/,
    help:
      'Only the last restricted clustering column may be a range: restrict the columns before it by "=" or IN, or compare them together: "(a, b) > (:a, :b)" is the slice after a row',
  },
  {
    says: /^Clustering columns must appear in the PRIMARY KEY order in multi-column relations/,
    help: "Write the columns in the order of the primary key, without a gap",
  },
  {
    says:
      /^Multi-column relations can only be applied to clustering columns but was applied to: (?<column>\S+)/,
    help:
      'Restrict columns of the partition key one by one, by "=" or IN; only clustering columns are compared together',
  },
  {
    says:
      /^Order by is currently only supported on the clustered columns of the PRIMARY KEY, got (?<column>\S+)/,
    help:
      "Rows come in the order of their clustering columns. For another order, add a table with this column as its first clustering column and write to both in a batch, or let the client sort",
  },
  {
    says: /^ORDER BY is only supported when the partition key is restricted/,
    help:
      'Partitions have no order that queries can use: restrict the whole partition key, or gather what is read together in one partition, such as the rows of a day, and use "@walk"',
  },
  {
    says:
      /^Order by currently only supports the ordering of columns following their declared order/,
    help:
      "ORDER BY names the clustering columns from the first on. For another order, add a table whose clustering columns have it",
  },
  {
    says: /^Unsupported order by relation/,
    help:
      'An order is that of the table or its exact reverse, of all columns: turn every direction round, or declare it in the table with "WITH CLUSTERING ORDER BY"',
  },
  {
    says:
      /^Group by is currently only supported on the columns of the PRIMARY KEY, got (?<column>\S+)/,
    help:
      "GROUP BY forms groups of neighbouring rows. Add a table whose key begins with this column, or count while writing, in a table of counters",
  },
  {
    says: /^Group by currently only support groups of columns following their declared order/,
    help: "Group by the columns of the primary key from the first on, without a gap",
  },
  {
    says:
      /^SELECT DISTINCT queries must only request partition key columns and\/or static columns \(not (?<column>\S+)\)/,
    help:
      "DISTINCT lists partitions: select the whole partition key. For the distinct values of another column, keep a table with that column as its key",
  },
  {
    says: /^The token\(\) function must (?:be applied to all|contains only) partition key/,
    help:
      'Call token() with all columns of the partition key, in its order: "@scan" then reads the table in ranges',
  },
  {
    says: /^Some (?:partition key parts|clustering keys) are missing: /,
    help:
      "A write names the whole primary key of its row: give each of these columns a value. To write by another column, read the keys first, or keep a table that finds them by it",
  },
  {
    says: /^Non PRIMARY KEY columns found in where clause: (?<column>[^\s,]+)/,
    help: 'Only the primary key says which row is written. To check another column, use "IF"',
  },
  {
    says: /^Slice restrictions are not supported on the clustering columns in (?:UPDATE|DELETE)/,
    help: 'An UPDATE writes rows by their whole key: use "=" or IN for each clustering column',
  },
  {
    says: /^PRIMARY KEY part (?<column>\S+) found in SET part/,
    help:
      "A key cannot change: insert the row with the new key and delete the row with the old one, in one batch",
  },
  {
    says: /^Invalid operation \((?<column>\S+) = .*\) for non counter column/,
    help:
      'Only counters add up without a read. Use a table of "counter" columns, or read the value and write the sum with a condition: "IF n = :old_value"',
  },
  {
    says: /^Cannot set the value of counter column (?<column>\S+)/,
    help: 'A counter only moves by an amount: "SET n = n + :amount"',
  },
  {
    says: /^INSERT statements are not allowed on counter tables/,
    help: 'Use UPDATE, which also creates the row: "UPDATE … SET n = n + :amount WHERE …"',
  },
  {
    says: /^ANN ordering by vector requires the column to be indexed/,
    help: `Add a migration with "CREATE INDEX ON … (…) USING 'sai'" for the vector`,
  },
  {
    says: /^Cannot use CONTAINS(?: KEY)? on non-(?:collection|map) column (?<column>\S+)/,
    help:
      "CONTAINS looks into lists, sets and maps, and CONTAINS KEY into maps. For a part of a text, keep its words in a set with an index, or in a table by word",
  },
  {
    says: /^(?<column>\S+) cannot be restricted by more than one relation if it includes an Equal/,
    help: "Keep one of the relations; for one of several values, use IN",
  },
  {
    says:
      /^Invalid (?:list|set|map|vector) literal for (?<column>[^.:]+).*: bind variables are not supported/,
    help:
      'A list, set or map is bound as a whole: write one marker in place of the brackets, such as ":tags"',
  },
  {
    says: /^Element selection is only allowed on sets and maps, but (?<column>\S+) is a list/,
    help:
      "Select the whole list. Elements that are read one by one belong in a map<int, …>, whose keys are their positions",
  },
  {
    says: /^Cannot infer type for term/,
    help: `A constant that is selected needs a type before it, such as "(text) 'station'"`,
  },
];

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
  { says: /\blimit .*\[,\]/is, help: WORDS.offset! },
  { says: /\(select \[top\] /i, help: WORDS.fetch! },
];

/** What to do about a refusal; null if the words are not known. */
export function explainRefusal(
  message: string,
): { readonly help: string; readonly column: string | null } | null {
  for (const { says, help } of REFUSALS) {
    const match = says.exec(message);
    if (match !== null) return { help, column: match.groups?.column ?? null };
  }
  return null;
}

/** What to do about a word that cannot be parsed, as the server names it; null if nothing is known. */
export function explainSyntax(complaint: string): string | null {
  const [, word = ""] = /^(?:no viable alternative at|mismatched) input '(\w+)'/.exec(complaint) ??
    [];
  const key = word.toLowerCase();
  if (/^no viable alternative at .*\bcount\(\[distinct\]/is.test(complaint)) {
    return "count() counts rows: keep the distinct values in a table of their own, as its key, and count its rows";
  }
  if (Object.hasOwn(WORDS, key)) return WORDS[key]!;
  const form = FORMS.find(({ says }) => says.test(complaint));
  if (form !== undefined) return form.help;
  // A column with a parenthesis behind it, as in "where lower(name) = …".
  return /^no viable alternative at input '\('.*\bwhere\b.*\[\w+\]\(/is.test(complaint)
    ? "WHERE calls no function of a column: keep the result in a column of the key, or call the function with the value"
    : null;
}
