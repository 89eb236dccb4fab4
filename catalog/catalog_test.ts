import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCatalog } from "./catalog.ts";
import { segmentsOf } from "./checks/project/segment_names.ts";
import { clientNameOf } from "./parse/client_name.ts";
import type { Param } from "./query.ts";
import { NO_OPTIONS } from "./tags/input/options/options.ts";
import { parseOne, parseQueries } from "../tests/support/cql/parse_queries.ts";

/** The parameters of an INSERT of `a` and `b`, with these lines between header and statement. */
function paramsOf(...lines: string[]): Omit<Param, "span">[] {
  const comments = ["-- name: put :exec", ...lines].join("\n");
  const { params } = parseOne(`${comments}\nINSERT INTO t (a, b) VALUES (:a, :b);`);
  return params.map(({ span: _, ...param }) => param);
}

const PLAIN = { ...NO_OPTIONS, optional: false };

describe("parseCatalog() of one file", () => {
  it("reads the whole of a query", () => {
    const text = `-- The observations, and what is told of them.

-- name: list_observations :many
-- Observations of one station in one month, newest first.
--
-- As they were sent.
-- @route GET /stations/{station_id}/observations/{month}
-- @scope observations:read
-- @scope stations:read admin
-- @param tenant_id in claim:tenant
-- @consistency LOCAL_ONE
-- @page size=50
SELECT observed_at -- newest first
  FROM observations
 WHERE tenant_id = :tenant_id AND station_id = :station_id AND month = :month
   AND observed_at < :until AND received_at < :until -- until when
;
`;
    const query = parseOne(text);
    const { statementSpan, parsed, nameSpan, markers, params, route } = query;
    expect(query).toMatchObject({
      name: "list_observations",
      mode: "many",
      // The name of its file.
      group: "own",
      summary: "Observations of one station in one month, newest first.",
      description: "Observations of one station in one month, newest first.\n\nAs they were sent.",
      statement: text.slice(text.indexOf("SELECT"), text.indexOf(" -- until when")),
      verb: "select",
      conditional: false,
      access: { kind: "scopes", anyOf: [["observations:read"], ["stations:read", "admin"]] },
      consistency: { level: "LOCAL_ONE", serial: null },
      page: { size: 50, max: 1000 },
      etag: null,
      walk: null,
      bulk: null,
      location: null,
      returns: [],
      status: null,
      current: [],
    });
    expect(text.slice(statementSpan.start, statementSpan.end)).toBe(query.statement);
    expect(parsed).toMatchObject({ kind: "select", table: { name: { name: "observations" } } });
    expect(text.slice(nameSpan.start, nameSpan.end)).toBe("list_observations");
    expect(markers.map(({ name, spans }) => [name, spans.length])).toEqual([
      ["tenant_id", 1],
      ["station_id", 1],
      ["month", 1],
      ["until", 2],
    ]);
    expect(params.map(({ name, source }) => [name, source])).toEqual([
      ["tenant_id", { in: "claim", claim: "tenant" }],
      ["station_id", { in: "path" }],
      ["month", { in: "path" }],
      ["until", { in: "query" }],
    ]);
    expect(route).toMatchObject({
      method: "GET",
      path: "/stations/{station_id}/observations/{month}",
    });
    expect(text.slice(params[0]!.span.start, params[0]!.span.end)).toBe(
      "@param tenant_id in claim:tenant",
    );
    expect(text.slice(params[3]!.span.start, params[3]!.span.end)).toBe(":until");
  });

  it("reads an internal query with nothing but a header", () => {
    expect(parseOne("-- name: list_all :many\nSELECT a FROM b")).toMatchObject({
      summary: "",
      description: "",
      markers: [],
      params: [],
      route: null,
      access: { kind: "internal" },
      consistency: { level: null, serial: null },
      page: { size: 100, max: 1000 },
    });
  });

  it("reads files with CRLF and a byte order mark", () => {
    const text =
      "\uFEFF-- name: a :one\r\n-- Prose.\r\n-- @consistency ONE\r\nSELECT a\r\n  FROM b;\r\n";
    expect(parseOne(text)).toMatchObject({
      summary: "Prose.",
      consistency: { level: "ONE" },
      statement: "SELECT a\r\n  FROM b",
    });
  });

  it("keeps comments that are neither prose nor tags to itself", () => {
    const text =
      "-- name: a :one\n--\n// aside\n/* aside */\n-- Prose with an @ sign.  \n--   More.\nSELECT a FROM b;";
    expect(parseOne(text).description).toBe("Prose with an @ sign.\n  More.");
  });

  const statements: { text: string; verb: string; conditional: boolean; mode: string }[] = [
    { text: "select a from b", verb: "select", conditional: false, mode: "one" },
    { text: "INSERT INTO t (a) VALUES (1)", verb: "insert", conditional: false, mode: "exec" },
    {
      text: "INSERT INTO t (a) VALUES (1) if not exists",
      verb: "insert",
      conditional: true,
      mode: "applied",
    },
    { text: "UPDATE t SET a = 'IF' WHERE b = 1", verb: "update", conditional: false, mode: "exec" },
    {
      text: `UPDATE t SET "if" = 1 WHERE b = 1 -- IF`,
      verb: "update",
      conditional: false,
      mode: "exec",
    },
    {
      text: "DELETE FROM t WHERE a = 1 IF EXISTS",
      verb: "delete",
      conditional: true,
      mode: "applied",
    },
    {
      text: "BEGIN BATCH DELETE FROM t WHERE a = 1; APPLY BATCH",
      verb: "batch",
      conditional: false,
      mode: "exec",
    },
    {
      text: "BEGIN BATCH DELETE FROM t WHERE a = 1 IF b = 2; APPLY BATCH",
      verb: "batch",
      conditional: true,
      mode: "applied",
    },
  ];
  for (const { text, verb, conditional, mode } of statements) {
    it(`classifies ${text}`, () => {
      expect(parseOne(`-- name: a :${mode}\n${text};`)).toMatchObject({ verb, conditional });
    });
  }

  const sources: { name: string; lines: string[]; params: [Partial<Param>, Partial<Param>] }[] = [
    {
      name: "internal queries take values as from a body",
      lines: [],
      params: [{ source: { in: "body" } }, { source: { in: "body" } }],
    },
    {
      name: "POST takes the path, then the body",
      lines: ["-- @route POST /t/{b}", "-- @public"],
      params: [{ source: { in: "body" } }, { source: { in: "path" } }],
    },
    {
      name: "DELETE takes the path, then the query",
      lines: ["-- @route DELETE /t/{b}", "-- @public"],
      params: [{ source: { in: "query" } }, { source: { in: "path" } }],
    },
    {
      name: "tags override and qualify",
      lines: [
        "-- @route POST /t",
        "-- @scope x",
        "-- @param a? in header",
        '-- @param b in query default="a b" by=day',
      ],
      params: [
        { source: { in: "header" }, optional: true },
        { source: { in: "query" }, default: "a b", by: "day" },
      ],
    },
    {
      name: "buckets have their unit in the source",
      lines: ["-- @param a in bucket:b by=week", "-- @param b in body by=month default=2010-01"],
      params: [
        { source: { in: "bucket", of: "b", by: "week", unit: null, number: null } },
        { source: { in: "body" }, default: "2010-01", by: "month" },
      ],
    },
    {
      name: "bounds are kept as they are written",
      lines: [
        "-- @param a? in header min=-0.50 max=+3",
        "-- @param b in body max=9007199254740993",
      ],
      params: [
        { source: { in: "header" }, optional: true, min: "-0.50", max: "+3" },
        { source: { in: "body" }, max: "9007199254740993" },
      ],
    },
    {
      name: "equal bounds are not a mistake",
      lines: ["-- @param a in body min=1.0 max=1", "-- @param b in query min=-3 max=-2"],
      params: [
        { source: { in: "body" }, min: "1.0", max: "1" },
        { source: { in: "query" }, min: "-3", max: "-2" },
      ],
    },
    {
      name: "the names of claims may be URLs",
      lines: ['-- @param a in claim:"https://example.org/tenant=1"'],
      params: [
        { source: { in: "claim", claim: '"https://example.org/tenant=1"' } },
        { source: { in: "body" } },
      ],
    },
  ];
  for (const { name, lines, params } of sources) {
    it(name, () => {
      const [a, b] = params;
      expect(paramsOf(...lines)).toEqual([{ ...PLAIN, name: "a", ...a }, {
        ...PLAIN,
        name: "b",
        ...b,
      }]);
    });
  }

  const pages: [tag: string, page: { size: number; max: number }][] = [
    ["size=50 max=500", { size: 50, max: 500 }],
    ["max=20", { size: 20, max: 20 }],
    ["max=200", { size: 100, max: 200 }],
    ["size=5000", { size: 5000, max: 5000 }],
    ["size=5 max=5", { size: 5, max: 5 }],
  ];
  for (const [tag, page] of pages) {
    it(`reads @page ${tag}`, () => {
      expect(parseOne(`-- name: a :many\n-- @page ${tag}\nSELECT a FROM b;`).page).toEqual(page);
    });
  }

  it("reads consistency levels of a lightweight transaction", () => {
    const text =
      "-- name: a :applied\n-- @consistency EACH_QUORUM serial=LOCAL_SERIAL\nDELETE FROM t WHERE a = 1 IF EXISTS;";
    expect(parseOne(text)).toMatchObject({
      consistency: { level: "EACH_QUORUM", serial: "LOCAL_SERIAL" },
    });
  });

  it("allows what is near to a mistake", () => {
    const near = [
      "-- name: a :one\n-- @route GET /\n-- @public\nSELECT a FROM t;",
      "-- name: b :one\n-- @route POST /livez\n-- @public\nSELECT a FROM t WHERE a = :a;"
        .replace("/livez", "/livezz"),
      "-- name: c :one\n-- @route GET /docs.html\n-- @public\nSELECT a FROM t;",
      "-- name: d :one\n-- @route GET /c\n-- @public\nSELECT a FROM t WHERE a = :cursor;",
      "-- name: e :many\n-- @route GET /e/{cursor}\n-- @public\nSELECT a FROM t WHERE a = :cursor;",
      "-- name: f :many\n-- @route GET /f/{x}/~a.b-c_d\n-- @public\nSELECT a FROM t WHERE x = :x;",
      "-- name: g :one\n-- @consistency EACH_QUORUM\nSELECT a FROM t WHERE b = {'k': :v};",
      "-- name: h :exec\n-- @consistency ANY\nINSERT INTO t (a) VALUES (:a);",
    ];
    expect(parseQueries(near.join("\n\n"))).toHaveLength(near.length);
  });

  it("keeps quotes and commas where they are meant", () => {
    const params = paramsOf(
      `-- @route POST /ts`,
      `-- @public`,
      `-- @param a in body enum="low|very high|'x'" default="'x'"`,
      `-- @param b in body enum="Lund, Sweden" default=5'`,
    );
    expect(params).toMatchObject([
      { enum: ["low", "very high", "'x'"], default: "'x'" },
      { enum: ["Lund, Sweden"], default: "5'" },
    ]);
    const [inches] = paramsOf(`-- @route POST /ts`, `-- @public`, `-- @param a in body enum=5'|6'`);
    expect(inches).toMatchObject({ enum: ["5'", "6'"] });
  });

  it("lets reads be coalesced unless they or their file say otherwise, and writes be written", () => {
    const queries = parseQueries(`-- @coalesce off

-- name: a :one
SELECT a FROM t WHERE k = :k;

-- name: b :exec
INSERT INTO t (k) VALUES (:k);
`);
    expect(queries.map(({ coalesce }) => coalesce)).toEqual([false, true]);
    const read = "SELECT a FROM t WHERE k = :k;";
    expect(parseOne(`-- name: a :one\n${read}`).coalesce).toBe(true);
    expect(parseOne(`-- name: a :one\n-- @coalesce off\n${read}`).coalesce).toBe(false);
  });

  it("reads how long answers are kept", () => {
    const timesOf = (tag: string) =>
      parseOne(`-- name: a :one\n${tag}\nSELECT a FROM t WHERE k = :k;`).cache;
    expect(timesOf("-- no tag")).toBe(null);
    expect(timesOf("-- @cache ttl=500ms")).toMatchObject({ ttlMs: 500, staleMs: 0 });
    expect(timesOf("-- @cache stale=10s ttl=1s")).toMatchObject({ ttlMs: 1_000, staleMs: 10_000 });
  });

  it("answers with the queries that have no mistake", () => {
    const text = "-- name: a :one\nSELECT a FROM t;\n-- name: b :exec\nSELECT b FROM t;";
    const { queries, diagnostics } = parseCatalog([{ path: "a.cql", text }]);
    expect(queries.map(({ name }) => name)).toEqual(["a"]);
    expect(diagnostics).toHaveLength(1);
  });
});

describe("parseCatalog() of several files", () => {
  const file = (path: string, name: string, route: string) => ({
    path,
    text:
      `-- name: ${name} :one\n-- @route ${route}\n-- @public\nSELECT a FROM t WHERE a = :a AND b = :b;`,
  });

  it("keeps the order of the files", () => {
    const { queries, diagnostics } = parseCatalog([
      file("b/b.cql", "x", "GET /x/{a}"),
      file("a.cql", "y", "GET /y/{a}"),
    ]);
    expect(diagnostics).toEqual([]);
    expect(queries.map(({ name, group }) => [name, group])).toEqual([["x", "b"], ["y", "a"]]);
  });

  it("tells routes by method, words and the places of their markers", () => {
    const routes = ["GET /x/{a}", "POST /x/{a}", "GET /x/{a}/{b}", "GET /{a}/x", "GET /x/a"];
    const files = routes.map((route, index) => file(`${index}.cql`, `q${index}`, route));
    expect(parseCatalog(files).diagnostics).toEqual([]);
  });

  it("takes routes that differ in the names of markers as one, and drops the second", () => {
    const { queries, diagnostics } = parseCatalog([
      file("a.cql", "x", "GET /x/{a}"),
      file("b.cql", "y", "GET /x/{b}"),
    ]);
    expect(queries.map(({ name }) => name)).toEqual(["x"]);
    expect(diagnostics.map(({ message }) => message)).toEqual(['Duplicate route "GET /x/{b}"']);
  });

  it("gives a segment the name that the first query of its path has for it", () => {
    const { queries, diagnostics } = parseCatalog([
      file("a.cql", "x", "GET /x/{a}"),
      file("b.cql", "y", "POST /x/{b}"),
      file("c.cql", "z", "GET /x/{b}/{a}"),
    ]);
    expect(diagnostics).toEqual([]);
    const names = queries.map((query) => segmentsOf(query).map(clientNameOf));
    expect(names).toEqual([["a"], ["a"], ["b", "a"]]);
  });

  it("finds duplicates among queries that have other mistakes", () => {
    const broken = { path: "b.cql", text: "-- name: x :exec\nSELECT a FROM t;" };
    const { diagnostics } = parseCatalog([file("a.cql", "x", "GET /x"), broken]);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'Mode ":exec" does not fit SELECT',
      'Duplicate query name "x"',
    ]);
  });
});
