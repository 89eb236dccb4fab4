import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { inlined } from "../support/clients/openapi_reference.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";
import { type OpenApiValidator, openApiValidator } from "./openapi_validator.ts";

/** A read: what it selects, which columns may be null, and a request whose answer has those nulls. */
interface Read {
  readonly what: string;
  readonly select: string;
  /** What follows the table. */
  readonly where?: string;
  readonly table?: "plain" | "mixed";
  readonly nullable: readonly string[];
  readonly query?: string;
}

const ALL = "";
const NONE = "?k=none";

const READS: readonly Read[] = [
  { what: "columns", select: "k, c, v", nullable: ["v"] },
  { what: "columns by other names", select: "k AS c, c AS v, v AS k", nullable: ["k"] },
  {
    what: "keys beside a scalar function",
    select: "k, c, token(k) AS t, abs(v) AS a, cast(c AS text) AS x, writetime(v) AS w",
    nullable: ["a", "w"],
  },
  { what: "JSON", select: "JSON k, v", nullable: [] },
  {
    what: "what is made of keys, beside an aggregate",
    select: "token(k) AS t, cast(c AS text) AS x, count(*) AS rows",
    where: "WHERE k = :k",
    query: NONE,
    nullable: ["t", "x"],
  },
  {
    what: "rows of an index of a table with static columns",
    table: "mixed",
    select: "k, c, s",
    where: "WHERE v = 7",
    nullable: ["s"],
  },
  {
    what: "keys of partitions",
    table: "mixed",
    select: "DISTINCT k, s",
    nullable: ["s"],
  },
  {
    what: "a count",
    select: "count(*) AS rows, count(v) AS values",
    where: "WHERE k = :k",
    query: NONE,
    nullable: [],
  },
  {
    what: "keys beside an aggregate",
    select: "k, c, max(v) AS most, count(*) AS rows",
    where: "WHERE k = :k",
    query: NONE,
    nullable: ["k", "c", "most"],
  },
  {
    what: "keys beside an aggregate of each group",
    select: "k, max(v) AS most, count(*) AS rows",
    where: "WHERE k = :k GROUP BY k",
    query: "?k=a",
    nullable: ["most"],
  },
  {
    what: "a table with static columns",
    table: "mixed",
    select: "k, c, v, s",
    nullable: ["c", "v", "s"],
  },
  {
    what: "a partition with static columns",
    table: "mixed",
    select: "k, c, v",
    where: "WHERE k = :k",
    query: "?k=static",
    nullable: ["c", "v"],
  },
  {
    what: "rows of a table with static columns",
    table: "mixed",
    select: "k, c, s",
    where: "WHERE k = :k AND c > 0",
    query: "?k=rows",
    nullable: ["s"],
  },
  {
    what: "a row of a table with static columns",
    table: "mixed",
    select: "k, c, v, s",
    where: "WHERE k = :k AND c = 1",
    query: "?k=rows",
    nullable: ["v", "s"],
  },
];

const MIGRATION = `
CREATE TABLE plain (k text, c int, v int, PRIMARY KEY (k, c));
CREATE TABLE mixed (k text, c int, v int, s text STATIC, PRIMARY KEY (k, c));
CREATE INDEX ON mixed (v) USING 'sai';
`;

const QUERIES = READS.map(({ select, table = "plain", where = "" }, index) => `
-- name: read_${index} :many
-- @route GET /read/${index}
-- @public
SELECT ${select} FROM ${table} ${where};
`).join("");

const MEMBERS = `
-- name: read_members :many
-- @route GET /members
-- @public
SELECT (list<frozen<list<int>>>) [[c, v]] AS list,
       (map<text, int>) {'c': c, 'v': v} AS map,
       (tuple<int, frozen<list<int>>>) (c, [v, c]) AS tuple
  FROM plain;
`;

interface Column {
  readonly type: string | readonly string[];
}

interface Document {
  readonly paths: Record<string, {
    get: {
      responses: Record<string, {
        content: Record<string, {
          schema: { properties: { items: { items: { properties: Record<string, Column> } } } };
        }>;
      }>;
    };
  }>;
}

describe("A column may be null in the OpenAPI document", () => {
  let service: OwnService;
  let document: Document;
  let validator: OpenApiValidator;

  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES + MEMBERS });
    for (
      const [table, columns, values] of [
        ["plain", "k, c", "'a', 1"],
        ["mixed", "k, s", "'static', 's'"],
        ["mixed", "k, c", "'rows', 1"],
        ["mixed", "k, c, v", "'indexed', 1, 7"],
      ]
    ) {
      await service.client.execute(`INSERT INTO ${table} (${columns}) VALUES (${values})`);
    }
    const source = await (await service.request("/openapi.json", { user: null })).json();
    document = inlined(source);
    validator = openApiValidator(source);
  });
  after(() => service[Symbol.asyncDispose]());

  for (const [index, { what, nullable, query = ALL }] of READS.entries()) {
    it(`exactly where it can be null: ${what}`, async () => {
      const content = document.paths[`/read/${index}`]!.get.responses["200"]!.content;
      const { properties } = content["application/json"]!.schema.properties.items.items;
      const described = Object.entries(properties)
        .flatMap(([name, { type }]) => [type].flat().includes("null") ? [name] : []);
      const page = await succeed<{ items: Record<string, unknown>[] }>(
        service.request(`/read/${index}${query}`),
      );
      expect(page.items.length).toBeGreaterThan(0);
      const seen = Object.keys(properties)
        .filter((name) => page.items.some((row) => row[name] === null));
      expect({ described, seen }).toEqual({ described: nullable, seen: nullable });
      const schema = ["content", "application/json", "schema"];
      validator.expectValid(page, [
        "paths",
        `/read/${index}`,
        "get",
        "responses",
        "200",
        ...schema,
      ]);
    });
  }

  it("and so may a member of what a statement works out", async () => {
    const page = await succeed<{ items: unknown[] }>(service.request("/members"));
    expect(page.items).toEqual([
      { list: [[1, null]], map: { c: 1, v: null }, tuple: [1, [null, 1]] },
    ]);
    const answer = ["paths", "/members", "get", "responses", "200", "content"];
    validator.expectValid(page, [...answer, "application/json", "schema"]);
  });
});
