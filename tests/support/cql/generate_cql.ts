/**
 * Statements made at random from the grammar of CQL, as tokens: most of them mean nothing, but each is
 * spelt as Cassandra asks. And what becomes of them when tokens get lost, doubled or swapped.
 *
 * @module
 */
import fc from "fast-check";

type Tokens = string[];
type Part = fc.Arbitrary<Tokens>;

const word = (...choices: string[]): Part => fc.constantFrom(...choices).map((text) => [text]);
const maybe = (part: Part): Part => fc.oneof(fc.constant<Tokens>([]), part);
const either = (...parts: Part[]): Part => fc.oneof(...parts);

/** Parts one after the other; a string stands for its words. */
function row(...parts: (Part | string)[]): Part {
  const all = parts.map((part) => typeof part === "string" ? fc.constant(part.split(" ")) : part);
  return fc.tuple(...all).map((tokens) => tokens.flat());
}

function list(part: Part, { min = 1, max = 3, between = "," } = {}): Part {
  return fc.array(part, { minLength: min, maxLength: max }).map((items) =>
    items.flatMap((item, index) => index === 0 ? item : [between, ...item])
  );
}

const name = word(
  ...["a", "b", "k", "c1", "Abc", '"Quoted"', '"with ""quotes"""', "values", "key", "ttl", "json"],
  ...["distinct", "timestamp", "text", "as", "per", "partition", "group", "contains", "exists"],
  ...["count", "writetime", "cast", "like", "default", "unset", "ann", "map", "list", "frozen"],
);
const column = either(name, name, name, word('""'));
const table = either(name, row(name, ".", name));
const functionName = either(
  word("f", "now", "toJson", "max", "token", "count", '"F"', "int", "values", "expr"),
  row(word("ks", "system"), ".", word("f", "avg")),
);
const nativeType = word("int", "TEXT", "uuid", "date", "counter", "duration");

const { type } = fc.letrec<{ type: Tokens }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    nativeType,
    name.filter(([text]) =>
      !["ttl", "json", "distinct", "count", "writetime", "cast", '""'].includes(text!)
    ),
    row(word("list", "set"), "<", tie("type"), ">"),
    row("map <", tie("type"), ",", tie("type"), ">"),
    row("tuple <", list(tie("type")), ">"),
    row("vector <", tie("type"), ", 3 >"),
    row("frozen < list <", tie("type"), "> >"),
  ),
}));

const constant = word(
  ...["'text'", "'it''s'", "$$ raw ' $$", "0", "-1", "42", "1.5", "-1e10", "2.", "true", "FALSE"],
  ...["1h30m", "-2d", "P1Y2M", "PT5S", "123e4567-e89b-12d3-a456-426614174000", "0xCAFE", "0x"],
  ...["NaN", "-nan", "Infinity", "-infinity"],
);
const marker = either(row(":", name), row("?"));
const integer = either(word("10", "-1"), marker);

type Terms = { term: Tokens; simple: Tokens; selector: Tokens; primary: Tokens };

const { term, selector } = fc.letrec<Terms>((tie) => {
  const terms = list(tie("term"), { min: 0 });
  const selectors = list(tie("selector"), { min: 0 });
  return {
    term: fc.oneof(
      { depthSize: "small" },
      { arbitrary: tie("simple"), weight: 6 },
      { arbitrary: row("-", tie("simple")), weight: 1 },
      { arbitrary: row(tie("simple"), word("+", "-", "*", "/", "%"), tie("simple")), weight: 1 },
    ),
    simple: fc.oneof(
      { depthSize: "small" },
      { arbitrary: constant, weight: 4 },
      { arbitrary: marker, weight: 4 },
      row("null"),
      row(functionName, "(", terms, ")"),
      row("(", type, ")", tie("simple")),
      row("CAST (", tie("simple"), "AS", nativeType, ")"),
      row("[", terms, "]"),
      row("{", terms, "}"),
      row("{", list(row(tie("simple"), ":", tie("term"))), "}"),
      row("{", list(row(name, ":", tie("term"))), "}"),
      row("(", list(tie("term")), ")"),
    ),
    selector: fc.oneof(
      { depthSize: "small" },
      { arbitrary: tie("primary"), weight: 6 },
      { arbitrary: row("-", tie("primary")), weight: 1 },
      { arbitrary: row(tie("primary"), word("+", "-", "*", "/", "%"), tie("primary")), weight: 1 },
    ),
    primary: fc.oneof(
      { depthSize: "small" },
      { arbitrary: name, weight: 6 },
      constant,
      marker,
      row("NULL"),
      row("count ( * )"),
      row(word("writetime", "maxwritetime", "TTL"), "(", name, ")"),
      row("CAST (", tie("selector"), "AS", nativeType, ")"),
      row(functionName, "(", selectors, ")"),
      row("(", type, ")", tie("primary")),
      row("(", list(tie("selector")), ")"),
      row("[", selectors, "]"),
      row("{", selectors, "}"),
      row("{", list(row(tie("selector"), ":", tie("selector"))), "}"),
      row(tie("primary"), ".", name),
      row(tie("primary"), "[", tie("term"), "]"),
      row(tie("primary"), "[", maybe(tie("term")), "..", tie("term"), "]"),
    ),
  };
});

const comparator = word("=", "<", "<=", ">", ">=", "!=");
const tuple = row("(", list(term), ")");
const columns = row("(", list(column), ")");
const inValues = either(marker, row("(", list(term, { min: 0 }), ")"));

const { relation } = fc.letrec<{ relation: Tokens }>((tie) => ({
  relation: fc.oneof(
    { depthSize: "small" },
    { arbitrary: row(column, comparator, term), weight: 6 },
    row(column, "IN", inValues),
    row(column, "CONTAINS", maybe(row("KEY")), term),
    row(column, "LIKE", term),
    row(column, "IS NOT NULL"),
    row(column, "[", term, "]", comparator, term),
    row("token", columns, comparator, term),
    row(columns, comparator, either(tuple, marker)),
    row(columns, "IN", either(marker, row("( )"), row("(", list(tuple), ")"))),
    row(columns, "IN", row("(", list(marker), ")")),
    row("(", tie("relation"), ")"),
  ),
}));
const expression = row("expr(", name, ",", term, ")");
const where = row("WHERE", list(either(relation, relation, expression), { between: "AND" }));

const condition = either(
  row(column, comparator, term),
  row(column, "IN", inValues),
  row(column, "CONTAINS", maybe(row("KEY")), term),
  row(column, "[", term, "]", either(row(comparator, term), row("IN", inValues))),
  row(column, ".", name, either(row(comparator, term), row("IN", inValues))),
);
const ifClause = maybe(
  row("IF", either(row("EXISTS"), list(condition, { between: "AND" }))),
);
const option = row(word("TTL", "TIMESTAMP"), integer);
const using = maybe(row("USING", list(option, { between: "AND" })));

const select = row(
  "SELECT",
  maybe(row("JSON")),
  maybe(row("DISTINCT")),
  either(row("*"), list(row(selector, maybe(row("AS", name))))),
  "FROM",
  table,
  maybe(where),
  maybe(row("GROUP BY", list(selector))),
  maybe(row("ORDER BY", list(row(column, maybe(row("ANN OF", term)), maybe(word("ASC", "DESC")))))),
  maybe(row("PER PARTITION LIMIT", integer)),
  maybe(row("LIMIT", integer)),
  maybe(row("ALLOW FILTERING")),
);
const jsonDefault = maybe(row("DEFAULT", word("NULL", "UNSET")));
const insert = row(
  "INSERT INTO",
  table,
  either(
    row(columns, "VALUES", tuple),
    row("JSON", either(word("'{}'", "$${}$$"), marker), jsonDefault),
  ),
  maybe(row("IF NOT EXISTS")),
  using,
);

/** Adds to a column, from either side. */
const addition = column.chain(([text]) => {
  const same = word(text!);
  return either(row(same, "=", same, word("+", "-"), term), row(same, "=", term, "+", same));
});
const assignment = either(
  row(column, "=", term),
  addition,
  row(column, word("+=", "-="), term),
  row(column, "[", term, "] =", term),
  row(column, ".", name, "=", term),
);
const update = row("UPDATE", table, using, "SET", list(assignment), where, ifClause);
const deletion = either(column, row(column, "[", term, "]"), row(column, ".", name));
const deletionStatement = row(
  "DELETE",
  maybe(list(deletion)),
  "FROM",
  table,
  maybe(row("USING TIMESTAMP", integer)),
  where,
  ifClause,
);
const batch = row(
  "BEGIN",
  maybe(word("UNLOGGED", "COUNTER")),
  "BATCH",
  using,
  list(row(either(insert, update, deletionStatement), maybe(row(";"))), { min: 0, between: "" }),
  "APPLY BATCH",
).map((tokens) => tokens.filter((token) => token !== ""));

/** A statement of any kind as its tokens. */
export const anyStatement: fc.Arbitrary<Tokens> = fc.oneof(
  { arbitrary: select, weight: 4 },
  { arbitrary: insert, weight: 2 },
  { arbitrary: update, weight: 3 },
  { arbitrary: deletionStatement, weight: 2 },
  { arbitrary: batch, weight: 1 },
);

/** A statement with one token deleted, doubled, swapped with its neighbour or replaced. */
export const mutatedStatement: fc.Arbitrary<Tokens> = fc.tuple(
  anyStatement,
  anyStatement,
  fc.constantFrom("delete", "double", "swap", "replace"),
  fc.nat(),
  fc.nat(),
).map(([tokens, others, how, at, from]) => {
  const index = at % tokens.length;
  const [before, token, after] = [
    tokens.slice(0, index),
    tokens[index]!,
    tokens.slice(index + 1),
  ];
  const [next, ...rest] = after;
  if (how === "delete") return [...before, ...after];
  if (how === "double") return [...before, token, token, ...after];
  if (how === "swap" && next !== undefined) return [...before, next, token, ...rest];
  return [...before, others[from % others.length]!, ...after];
});
