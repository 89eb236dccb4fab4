/**
 * What Cassandra means when it refuses a statement, and what to model or write instead: a table of the
 * words that it says. Words of Cassandra 4.1 and 5.0.
 *
 * @module
 */

/** A complaint of the server, and what to do about it. */
export interface Explanation {
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
    says: /^Cannot provide custom (?:TTL|timestamp) for counter updates/,
    help: "Leave USING out: a counter neither expires nor has a write time of its own",
  },
  {
    says: /^Conditional updates are not supported on counter tables/,
    help:
      "Leave the condition out. Where it matters whether a change was made, keep the number in an int and write it with a condition",
  },
  {
    says: /^Cannot include a counter statement in a logged batch/,
    help: 'Write "BEGIN COUNTER BATCH"',
  },
  {
    says: /^Counter and non-counter mutations cannot exist in the same batch/,
    help:
      "Write counters in a query of their own: they cannot be written together with other columns",
  },
  {
    says: /^Invalid operation \((?<column>[^\s.]+)\..* for frozen UDT column/,
    help:
      "A frozen value is written as a whole: set the column, or declare it without frozen in a new column",
  },
  {
    says: /^UDT column (?<column>\S+) does not have a field named/,
    help: "Correct the name of the field, or add it to the type in a migration",
  },
  {
    says: /^Invalid element selection: (?<column>\S+) is of type (?:frozen<)?tuple/,
    help: "Select the whole tuple: it has no elements that can be selected",
  },
  {
    says: /^Invalid restrictions on clustering columns since the (?:DELETE|UPDATE) statement/,
    help:
      "A static column belongs to the whole partition: restrict the partition key alone, or name a column of the row as well",
  },
  {
    says: /^DELETE statements must restrict all PRIMARY KEY columns with equality relations/,
    help:
      'A condition is about one row: give each column of the key one value, with "=", or leave the condition out',
  },
  {
    says: /^Cannot provide custom timestamp for conditional updates/,
    help: "Leave USING TIMESTAMP out: a lightweight transaction gets its time from Cassandra",
  },
  {
    says: /^PRIMARY KEY column '(?<column>.+)' cannot have IF conditions/,
    help:
      'A key says which row is compared: restrict it in WHERE, and compare other columns in "IF"',
  },
  {
    says:
      /^Cannot use selection function (?:writetime|maxwritetime|ttl) on PRIMARY KEY part (?<column>\S+)/,
    help: "A key has neither a write time nor a time to live: ask for those of another column",
  },
  {
    says: /^Unmatched column names\/values/,
    help: "Write as many values as columns",
  },
  {
    says: /^JSON values map contains unrecognized column: /,
    help: "Remove the member, or add the column in a migration",
  },
  {
    says: /^Could not decode JSON string as a map: /,
    help: "Write a JSON object, such as '{\"id\": 1}'",
  },
  {
    says: /^Value for a map addition has to be a map, but was: /,
    help: 'Bind the whole map to one marker, or set an element: "SET m[:key] = :value"',
  },
  {
    says: /^keyspace \S+ does not exist/,
    help: "Correct the name of the keyspace, or leave it out: the service has its own",
  },
  {
    says: /^Invalid call to function (?:sum|avg), none of its type signatures match/,
    help: "Only numbers can be added up",
  },
  {
    says: /^Cannot infer type for term/,
    help: `A constant that is selected needs a type before it, such as "(text) 'station'"`,
  },
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
