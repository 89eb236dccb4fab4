import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCql } from "../../../tests/support/cql/parse_cql.ts";
import type { Span } from "../../text/source.ts";
import type { InValues, Relation, Subject } from "../statement.ts";
import type { Term } from "../term.ts";

function textOf({ file, start, end }: Span): string {
  return file.text.slice(start, end);
}

/** A term in prefix form, brackets around everything that has parts. */
function outline(term: Term): string {
  const all = (terms: readonly Term[]) => terms.map(outline).join(" ");
  switch (term.kind) {
    case "literal":
      return `${term.type}:${term.value}`;
    case "null":
      return "null";
    case "marker":
      return `:${term.name ?? "?"}`;
    case "column":
      return term.column.name;
    case "call": {
      const { keyspace, name } = term.function;
      return `(${keyspace === null ? "" : `${keyspace.name}.`}${name.name}() ${
        all(term.arguments)
      })`;
    }
    case "hint":
    case "cast":
      return `(${term.kind} ${term.type.text} ${outline(term.operand)})`;
    case "negation":
      return `(- ${outline(term.operand)})`;
    case "arithmetic":
      return `(${outline(term.first)}${
        term.rest.map(({ operator, operand }) => ` ${operator} ${outline(operand)}`).join("")
      })`;
    case "list":
    case "set":
    case "tuple":
      return `(${term.kind} ${all(term.items)})`;
    case "map":
      return `(map ${
        term.entries.map(({ key, value }) => `${outline(key)}=${outline(value)}`).join(" ")
      })`;
    case "fields":
      return `(fields ${
        term.fields.map(({ field, value }) => `${field.name}=${outline(value)}`).join(" ")
      })`;
    case "field":
      return `(field ${outline(term.operand)} ${term.field.name})`;
    case "element":
      return `(element ${outline(term.operand)} ${outline(term.key)})`;
    case "slice":
      return `(slice ${outline(term.operand)} ${term.from ? outline(term.from) : ""}..${
        term.to ? outline(term.to) : ""
      })`;
    case "count_rows":
      return "count(*)";
    case "cell_metadata":
      return `(${term.of} ${outline(term.operand)})`;
  }
}

function outlineSubject(subject: Subject): string {
  if (subject.kind === "column") return subject.column.name;
  const part = subject.kind === "element" ? outline(subject.key) : subject.field.name;
  return `(${subject.kind} ${subject.column.name} ${part})`;
}

function outlineRelation(relation: Relation): string {
  const listed = (values: InValues) =>
    "kind" in values ? outline(values) : `[${values.map(outline).join(" ")}]`;
  switch (relation.kind) {
    case "comparison":
      return `${outlineSubject(relation.subject)} ${relation.comparator} ${
        outline(relation.value)
      }`;
    case "tuple_comparison":
    case "token_comparison":
      return `${relation.kind} ${relation.columns.map(({ name }) => name)} ${relation.comparator} ${
        outline(relation.value)
      }`;
    case "in":
      return `${outlineSubject(relation.subject)} in ${listed(relation.values)}`;
    case "tuple_in":
      return `tuple ${relation.columns.map(({ name }) => name)} in ${listed(relation.values)}`;
    case "not_null":
      return `${outlineSubject(relation.subject)} not_null`;
    case "index_expression":
      return `expr ${relation.index.name} ${outline(relation.value)}`;
    default:
      return `${outlineSubject(relation.subject)} ${relation.kind} ${outline(relation.value)}`;
  }
}

/** The terms of a select list. */
function selected(list: string): string[] | null {
  const statement = parseCql(`SELECT ${list} FROM t`);
  if (statement.kind !== "select") throw new Error(JSON.stringify(statement));
  return statement.selectors?.map(({ term, alias }) =>
    `${outline(term)}${alias === null ? "" : ` as ${alias.name}`}`
  ) ?? null;
}

describe("parseStatement() of a select list", () => {
  const cases: [list: string, ...terms: string[]][] = [
    ['a, "B" AS b, max(c) AS "Most"', "a", "B as b", "(max() c) as Most"],
    ["count(*), count(1), COUNT", "count(*)", "(count() integer:1)", "count"],
    [
      "writetime(a), ttl(m['x']), maxwritetime(u.f)",
      "(writetime a)",
      "(ttl (element m string:x))",
      "(maxwritetime (field u f))",
    ],
    ["ttl, writetime, key, values, as", "ttl", "writetime", "key", "values", "as"],
    ["ks.f(a, :m), system.now(), token(k)", "(ks.f() a :m)", "(system.now() )", "(token() k)"],
    [
      "a.b.c, m[:k], m[1..2], m[..2], m[1..]",
      "(field (field a b) c)",
      "(element m :k)",
      "(slice m integer:1..integer:2)",
      "(slice m ..integer:2)",
      "(slice m integer:1..)",
    ],
    ["CAST(a AS text) AS t", "(cast text a) as t"],
    ["(int) :a, (frozen<map<text, int>>) b", "(hint int :a)", "(hint frozen<map<text, int>> b)"],
    [
      "(a), (a) AS b, (a).f, (a, b)",
      "(tuple a)",
      "(tuple a) as b",
      "(field (tuple a) f)",
      "(tuple a b)",
    ],
    [
      "(a)(b), (a)[0], (a)[0..1], (a) -1, (a) - 1",
      "(hint a (tuple b))",
      "(hint a (list integer:0))",
      "(slice (tuple a) integer:0..integer:1)",
      "(hint a integer:-1)",
      "((tuple a) - integer:1)",
    ],
    ["a + b * -c - 1", "(a + (b * (- c)) - integer:1)"],
    [
      "[a, 1], {}, {a, :b}, {a: 1, 'k': b}",
      "(list a integer:1)",
      "(set )",
      "(set a :b)",
      "(map a=integer:1 string:k=b)",
    ],
    [
      "'x', 1.5, true, null, 0xAB, nan, ?",
      "string:x",
      "float:1.5",
      "boolean:true",
      "null",
      "blob:0xab",
      "float:nan",
      ":?",
    ],
  ];
  for (const [list, ...terms] of cases) {
    it(`reads ${list}`, () => expect(selected(list)).toEqual(terms));
  }

  const modified: [list: string, json: boolean, distinct: boolean, terms: string[] | null][] = [
    ["*", false, false, null],
    ["JSON *", true, false, null],
    ["DISTINCT a", false, true, ["a"]],
    ["JSON DISTINCT a", true, true, ["a"]],
    ["json", false, false, ["json"]],
    ["json, a", false, false, ["json", "a"]],
    ["json.a", false, false, ["(field json a)"]],
    ["json AS x", false, false, ["json as x"]],
    ["json AS", true, false, ["as"]],
    ["json json", true, false, ["json"]],
    ["json - a", true, false, ["(- a)"]],
    ["json + a", false, false, ["(json + a)"]],
    ["json (a)", true, false, ["(tuple a)"]],
    ["distinct", false, false, ["distinct"]],
    ["distinct distinct", false, true, ["distinct"]],
  ];
  for (const [list, json, distinct, terms] of modified) {
    it(`tells the keywords of ${list} from columns`, () => {
      expect(parseCql(`SELECT ${list} FROM t`)).toMatchObject({ json, distinct });
      expect(selected(list)).toEqual(terms);
    });
  }
});

describe("parseStatement() of SELECT", () => {
  it("reads every clause", () => {
    const statement = parseCql(
      'SELECT a FROM ks."T" WHERE k = :k GROUP BY k, floor(at, 1h) ORDER BY at DESC, v ANN OF [1, :x] ' +
        "PER PARTITION LIMIT :p LIMIT 10 ALLOW FILTERING",
    );
    expect(statement).toMatchObject({
      kind: "select",
      table: { keyspace: { name: "ks" }, name: { name: "T" } },
      perPartitionLimit: { kind: "marker", name: "p" },
      limit: { kind: "literal", value: "10" },
      allowFiltering: true,
      orderBy: [
        { column: { name: "at" }, nearest: null, direction: "desc" },
        { column: { name: "v" }, direction: "asc" },
      ],
    });
    if (statement.kind !== "select") throw new Error("Not a select");
    expect(statement.groupBy.map(outline)).toEqual(["k", "(floor() at duration:1h)"]);
    expect(outline(statement.orderBy[1]!.nearest!)).toBe("(list integer:1 :x)");
  });

  const relations: [where: string, ...outlines: string[]][] = [
    ["a = :a AND b != 1 AND c >= f(:c)", "a = :a", "b != integer:1", "c >= (f() :c)"],
    ["a IN :a AND b IN (1, :b) AND c IN ()", "a in :a", "b in [integer:1 :b]", "c in []"],
    [
      "(a, b) IN :l AND (a) IN ((1), (:x)) AND (a, b) IN (:p, :q)",
      "tuple a,b in :l",
      "tuple a in [(tuple integer:1) (tuple :x)]",
      "tuple a,b in [:p :q]",
    ],
    [
      "(a, b) > (1, :b) AND (a) <= :t",
      "tuple_comparison a,b > (tuple integer:1 :b)",
      "tuple_comparison a <= :t",
    ],
    ["token(a, b) > token(:a, :b)", "token_comparison a,b > (token() :a :b)"],
    [
      "a CONTAINS 1 AND m CONTAINS KEY :k AND n LIKE '%x'",
      "a contains integer:1",
      "m contains_key :k",
      "n like string:%x",
    ],
    ["m['k'] = :v AND a IS NOT NULL", "(element m string:k) = :v", "a not_null"],
    ["expr(idx, '{}') AND (((a = 1)))", "expr idx string:{}", "a = integer:1"],
    ["a = 123e4567-e89b-12d3-a456-426614174000", "a = uuid:123e4567-e89b-12d3-a456-426614174000"],
    [
      "a = {street: :s, n: -1} AND b = {f(1): ('x')}",
      "a = (fields street=:s n=integer:-1)",
      "b = (map (f() integer:1)=(tuple string:x))",
    ],
    [
      "a = ('x') AND b = ('Int32Type') 1",
      "a = (tuple string:x)",
      "b = (hint 'Int32Type' integer:1)",
    ],
  ];
  for (const [where, ...outlines] of relations) {
    it(`reads ${where}`, () => {
      const statement = parseCql(`SELECT a FROM t WHERE ${where}`);
      if (statement.kind !== "select") throw new Error(JSON.stringify(statement));
      expect(statement.where.map(outlineRelation)).toEqual(outlines);
    });
  }
});

describe("parseStatement() of writes", () => {
  it("reads INSERT", () => {
    const statement = parseCql(
      "INSERT INTO ks.t (a, \"B\") VALUES (:a, {'k': -1}) IF NOT EXISTS USING TTL :ttl AND TIMESTAMP 5;",
    );
    expect(statement).toMatchObject({
      kind: "insert",
      source: { kind: "values", columns: [{ name: "a" }, { name: "B" }] },
      condition: { kind: "not_exists" },
      using: [
        { kind: "ttl", value: { name: "ttl" } },
        { kind: "timestamp", value: { value: "5" } },
      ],
    });
    expect(textOf(statement.span)).toMatch(/^INSERT .* 5$/);
  });

  const json: [text: string, source: object][] = [
    ["INSERT INTO t JSON :doc", { value: { name: "doc" }, default: null }],
    ["INSERT INTO t JSON '{}' DEFAULT UNSET", { value: { value: "{}" }, default: "unset" }],
    ["INSERT INTO json JSON $${}$$ DEFAULT NULL", { value: { value: "{}" }, default: "null" }],
  ];
  for (const [text, source] of json) {
    it(`reads ${text}`, () => expect(parseCql(text)).toMatchObject({ source }));
  }

  const assignments: [set: string, ...outlines: string[]][] = [
    [
      "a = :a, b = b + 1, c = c - :c, d = :d + d",
      "set a :a",
      "add b integer:1",
      "subtract c :c",
      "prepend d :d",
    ],
    ["a = a -1, b += :x, c -= 2", "add a integer:-1", "add b :x", "subtract c integer:2"],
    ["m[:k] = :v, u.f = 1", "element m :k :v", "field u f integer:1"],
    [
      "a = 1 + 2, b = f(1) + b, c = [1] + [2] + c",
      "set a (integer:1 + integer:2)",
      "prepend b (f() integer:1)",
      "prepend c ((list integer:1) + (list integer:2))",
    ],
    ['A = "a" + 1', "add a integer:1"],
    [
      "m[1] = 2, m[1] = 3, m = m + :x",
      "element m integer:1 integer:2",
      "element m integer:1 integer:3",
      "add m :x",
    ],
  ];
  for (const [set, ...outlines] of assignments) {
    it(`reads SET ${set}`, () => {
      const statement = parseCql(`UPDATE t USING TTL 1 SET ${set} WHERE k = :k`);
      if (statement.kind !== "update") throw new Error(JSON.stringify(statement));
      expect(statement.assignments.map((assignment) =>
        [
          assignment.kind,
          assignment.column.name,
          ...assignment.kind === "element" ? [outline(assignment.key)] : [],
          ...assignment.kind === "field" ? [assignment.field.name] : [],
          outline(assignment.value),
        ].join(" ")
      )).toEqual(outlines);
    });
  }

  const conditions: [text: string, ...outlines: string[]][] = [
    [
      "IF a = :a AND b IN :bs AND c IN (1) AND m['k'] > 1 AND u.f != null",
      "a = :a",
      "b in :bs",
      "c in [integer:1]",
      "(element m string:k) > integer:1",
      "(field u f) != null",
    ],
    ["IF exists = 1 AND s CONTAINS :x", "exists = integer:1", "s contains :x"],
  ];
  for (const [text, ...outlines] of conditions) {
    it(`reads ${text}`, () => {
      const statement = parseCql(`UPDATE t SET a = 1 WHERE k = 1 ${text}`);
      if (statement.kind !== "update" || statement.condition?.kind !== "relations") {
        throw new Error(JSON.stringify(statement));
      }
      expect(statement.condition.relations.map(outlineRelation)).toEqual(outlines);
    });
  }

  it("reads DELETE", () => {
    const statement = parseCql(
      "DELETE a, m[:k], u.f FROM t USING TIMESTAMP :at WHERE k = 1 IF EXISTS",
    );
    if (statement.kind !== "delete") throw new Error(JSON.stringify(statement));
    expect(statement.deletions.map(outlineSubject)).toEqual([
      "a",
      "(element m :k)",
      "(field u f)",
    ]);
    expect(statement.condition?.kind).toBe("exists");
  });

  const batches: [text: string, type: string, typeText: string, kinds: string[]][] = [
    ["BEGIN BATCH APPLY BATCH", "logged", "BEGIN", []],
    [
      "begin unlogged batch using timestamp :at insert into t (a) values (1); update t set a = 1 where k = 2 if exists delete from t where k = 1; apply batch",
      "unlogged",
      "unlogged",
      ["insert", "update", "delete"],
    ],
    ["BEGIN COUNTER BATCH UPDATE t SET c += 1 WHERE k = 1 APPLY BATCH", "counter", "COUNTER", [
      "update",
    ]],
  ];
  for (const [text, type, typeText, kinds] of batches) {
    it(`reads ${text}`, () => {
      const statement = parseCql(text);
      if (statement.kind !== "batch") throw new Error(JSON.stringify(statement));
      expect(statement.type).toBe(type);
      expect(textOf(statement.typeSpan)).toBe(typeText);
      expect(statement.statements.map(({ kind }) => kind)).toEqual(kinds);
    });
  }

  it("gives each statement of a batch its span", () => {
    const statement = parseCql(
      "BEGIN BATCH INSERT INTO t (a) VALUES (';') -- x\n; DELETE FROM t WHERE k = 1 APPLY BATCH;",
    );
    if (statement.kind !== "batch") throw new Error(JSON.stringify(statement));
    expect(statement.statements.map(({ span }) => textOf(span))).toEqual([
      "INSERT INTO t (a) VALUES (';')",
      "DELETE FROM t WHERE k = 1",
    ]);
  });
});

describe("parseStatement() of what it does not know", () => {
  const cases: [text: string, at: string, expected: string][] = [
    ["SELECT a WHERE k = 1", "WHERE", '"FROM"'],
    ["SELECT a FROM t WHERE", "WHERE", "a column"],
    ["SELECT a FROM t WHERE k BETWEEN 1 AND 2", "BETWEEN", "a comparison"],
    ["SELECT a, FROM t", "FROM", "a selector"],
    ["SELECT a FROM t WHERE k = :limit", "limit", "the name of a marker"],
    ["SELECT a FROM t; SELECT b FROM t", "SELECT", "the end of the statement"],
    ["SELECT a-1 FROM t", "-1", '"FROM"'],
    ["SELECT a FROM t LIMIT 1.5", "1.5", "a whole number or a marker"],
    ["UPDATE t SET a = b + 1 WHERE k = 1", "b", 'the column "a"'],
    ["UPDATE t SET a = 1, a = 2 WHERE k = 1", "a = 2", 'one assignment of "a"'],
    ["UPDATE t SET u.f = 1, u.f = 2 WHERE k = 1", "u.f = 2", 'one assignment of "u"'],
    ["INSERT INTO t (a) VALUES (b)", "b", "a term"],
    [
      "INSERT INTO t (a) VALUES ((frozen<int>) 1)",
      "int",
      "a collection, a tuple or a user-defined type",
    ],
    ["BEGIN BATCH SELECT a FROM t APPLY BATCH", "SELECT", '"INSERT", "UPDATE" or "DELETE"'],
    ["TRUNCATE t", "TRUNCATE", '"INSERT", "UPDATE" or "DELETE"'],
    [`SELECT a FROM t WHERE k = ${"[".repeat(101)}`, "[", "at most 100 levels"],
  ];
  for (const [text, at, expected] of cases) {
    it(`says where it stopped in ${text.slice(0, 60)}`, () => {
      const statement = parseCql(text);
      if (statement.kind !== "opaque") throw new Error(`Read ${text}`);
      expect(textOf(statement.obstacle.span)).toBe(at);
      expect(statement.obstacle.expected).toBe(expected);
    });
  }

  it("tells what the tokens alone say", () => {
    expect(parseCql("UPDATE t SET a = :a, m = {'k': :v, :j : ?} WHERE b BETWEEN : x AND y IF b"))
      .toMatchObject({
        kind: "opaque",
        verb: "update",
        conditional: true,
        markers: [{ name: "a" }, { name: "v" }, { name: "j" }, { name: null }, { name: "x" }],
      });
    expect(parseCql("CREATE TABLE t (k int PRIMARY KEY)")).toMatchObject({
      verb: null,
      conditional: false,
    });
  });

  const markers: [text: string, names: (string | null)[]][] = [
    ["{'a': b}", []],
    ["{'a':now()}", []],
    ["{'a'::b, :c:'d', :e : :f}", ["b", "c", "e", "f"]],
    ["{:a, :b}", ["a", "b"]],
    ["{street::s, tags:{'a', :b}, at:{x: :y}, z::z}", ["s", "b", "y", "z"]],
    ["{f(:a): [:b, :c], g: (int):d}", ["a", "b", "c", "d"]],
    ["{1 - 1: a} {f(1): a} {'{': a, '}': b, ':': c}", []],
    [`l[:i..:"J"] (?, :b)`, ["i", "J", null, "b"]],
    ["a = :1 AND b = :_c AND d = ':e' -- :f\n", []],
  ];
  for (const [text, names] of markers) {
    it(`finds what looks like a marker in ${text}`, () => {
      expect(parseCql(`UNKNOWN ${text}`)).toMatchObject({
        markers: names.map((name) => ({ name })),
      });
    });
  }
});
