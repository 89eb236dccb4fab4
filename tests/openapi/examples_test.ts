import { expect } from "@std/expect";
import { before, describe, it } from "@std/testing/bdd";
import type { PrimitiveKind } from "../../codec/codec.ts";
import { codecFor } from "../../codec/codec_for.ts";
import { primitives } from "../../codec/primitives.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { startOwnService } from "../support/own_service.ts";
import { openApiValidator } from "./openapi_validator.ts";

type Node = Readonly<Record<string, unknown>>;
type Keys = readonly string[];

interface Described {
  readonly default?: unknown;
  readonly description?: string;
}

/** The part of an operation that has defaults. */
type Operations = Record<string, {
  post?: {
    parameters: { name: string; schema: Described }[];
  };
}>;

interface Components {
  readonly schemas: Record<string, { readonly properties: Record<string, Described> }>;
}

/** A value that the document shows, and where the schema is that it must fit. */
interface Sample {
  readonly at: string;
  readonly schema: Keys;
  readonly value: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every example and default in a document. */
function samplesOf(document: Node): Sample[] {
  const samples: Sample[] = [];
  const add = (keys: Keys, schema: Keys, value: unknown) =>
    samples.push({ at: keys.join(" "), schema, value });

  function walkSchema(schema: unknown, keys: Keys): void {
    if (!isNode(schema)) return;
    for (const name of ["example", "default"]) {
      if (name in schema) add([...keys, name], keys, schema[name]);
    }
    for (const name of ["items", "additionalProperties", "contentSchema"]) {
      walkSchema(schema[name], [...keys, name]);
    }
    for (const name of ["properties", "prefixItems", "oneOf", "anyOf", "allOf"]) {
      for (const [key, each] of Object.entries(schema[name] ?? {})) {
        walkSchema(each, [...keys, name, key]);
      }
    }
  }
  /** Anything else that may have a schema and examples of it: a parameter, a header, a media type. */
  function walk(node: unknown, keys: Keys): void {
    if (Array.isArray(node)) {
      return node.forEach((each, index) => walk(each, [...keys, `${index}`]));
    }
    if (!isNode(node)) return;
    const { schema, example, examples, ...rest } = node;
    if (isNode(schema)) {
      const place = [...keys, "schema"];
      walkSchema(schema, place);
      if (example !== undefined) add([...keys, "example"], place, example);
      for (const [name, each] of Object.entries(examples ?? {})) {
        const { value } = resolve(each as Node);
        add([...keys, "examples", name], place, value);
      }
    }
    for (const [key, each] of Object.entries(rest)) walk(each, [...keys, key]);
  }
  function resolve(node: Node): Node {
    if (typeof node.$ref !== "string") return node;
    return node.$ref.slice(2).split("/").reduce(
      (at: unknown, key) => (at as Node)[key],
      document,
    ) as Node;
  }
  walk(document.paths, ["paths"]);
  const { schemas = {}, ...components } = document.components as Record<string, Node>;
  for (const [name, schema] of Object.entries(schemas)) {
    walkSchema(schema, ["components", "schemas", name]);
  }
  walk(components, ["components"]);
  return samples;
}

async function documentOf(service: TestService): Promise<Node> {
  return await (await service.request("/openapi.json", { user: null })).json();
}

function expectAllValid(document: Node): void {
  const { errorsAt } = openApiValidator(document);
  const wrong = samplesOf(document).flatMap(({ at, schema, value }) => {
    const errors = errorsAt(value, schema);
    return errors.length === 0 ? [] : [{ at, value, errors }];
  });
  expect(wrong).toEqual([]);
}

// A counter stands in no table with other columns.
const KINDS = (Object.keys(primitives) as PrimitiveKind[]).filter((kind) => kind !== "counter");

const COMPOSITES: Readonly<Record<string, string>> = {
  a_list: "list<int>",
  a_set: "set<text>",
  a_map: "map<text, decimal>",
  a_map_by_timestamp: "map<timestamp, boolean>",
  a_tuple: "tuple<text, int>",
  a_place: "frozen<place>",
  deep: "map<text, frozen<list<frozen<set<uuid>>>>>",
  vector_3: "vector<float, 3>",
  vector_5: "vector<double, 5>",
  vector_of_text: "vector<text, 4>",
  vector_1536: "vector<float, 1536>",
  list_of_vectors: "list<frozen<vector<bigint, 7>>>",
};

const COLUMNS = [
  ...KINDS.map((kind) => [`a_${kind}`, kind] as const),
  ...Object.entries(COMPOSITES),
];
const NAMES = COLUMNS.map(([name]) => name);
const INSERT = `INSERT INTO types (id, ${NAMES.join(", ")})
VALUES (:id, ${NAMES.map((name) => `:${name}`).join(", ")});`;

const MIGRATION = `
CREATE TYPE place (city text, zip int, at frozen<tuple<double, double>>);
CREATE TABLE types (id int PRIMARY KEY, ${COLUMNS.map((column) => column.join(" ")).join(", ")});
CREATE TABLE counts (id int PRIMARY KEY, hits counter);
CREATE TABLE events (id int, month text, day text, at timestamp, n int, note text,
  PRIMARY KEY ((id, month), day, at));
`;

/** The default of a parameter as a query file has it. */
function defaultOf(kind: PrimitiveKind): string {
  return `default=${codecFor({ kind }).text.meta()!.example}`;
}

const QUERIES = `
-- name: write_types :exec
-- @route POST /types
-- @public
-- @bulk
${INSERT}

-- name: write_types_from_the_query :exec
-- @route POST /types/query
-- @public
${NAMES.map((name) => `-- @param ${name} in query`).join("\n")}
${INSERT}

-- name: write_types_from_headers :exec
-- @route POST /types/headers
-- @public
${NAMES.map((name) => `-- @param ${name} in header`).join("\n")}
${INSERT}

-- name: write_types_from_the_path :exec
-- @route POST /types/path/${NAMES.map((name) => `{${name}}`).join("/")}
-- @public
${INSERT}

-- name: write_types_with_defaults :exec
-- @route POST /types/defaults
-- @public
${KINDS.map((kind) => `-- @param a_${kind} in query ${defaultOf(kind)}`).join("\n")}
-- @param a_list in query default=[1,2]
-- @param a_set in body default=["a"]
-- @param a_map in query default={"a":1.50}
-- @param vector_3 in body default=[1,2.5,-0.5]
${INSERT}

-- name: write_types_within_bounds :exec
-- @route POST /types/bounds
-- @public
-- @param a_int in body min=1 max=5
-- @param a_text in body min=1 max=3
-- @param a_list in body min=2 max=3
-- @param a_float in query min=0.5
${INSERT}

-- name: list_types :many
-- @route GET /types
-- @public
SELECT * FROM types;

-- name: find_types :many
-- @route GET /types/some
-- @public
-- @param ids in query max=100
SELECT id, a_text AS note, count(*) AS count, max(a_decimal), writetime(a_text), ttl(a_list)
  FROM types WHERE id IN :ids;

-- name: get_types :one
-- @route GET /types/{id}
-- @public
-- @etag a_timestamp
SELECT * FROM types WHERE id = :id;

-- name: change_types :applied
-- @route PATCH /types/{id}
-- @public
-- @param seen in if-match
UPDATE types SET a_timestamp = :at, a_text = :text WHERE id = :id IF a_timestamp = :seen;

-- name: count_hit :exec
-- @route POST /hits/{id}
-- @public
UPDATE counts SET hits = hits + 1 WHERE id = :id;

-- name: get_hits :one
-- @route GET /hits/{id}
-- @public
SELECT * FROM counts WHERE id = :id;

-- name: record_event :exec
-- @route POST /events/{id}
-- @public
-- @param month in bucket:at by=month
-- @param day in bucket:at by=day
INSERT INTO events (id, month, day, at, n) VALUES (:id, :month, :day, :at, :n);

-- name: list_events :many
-- @route GET /events/{id}/{month}/{day}
-- @public
-- @param month in path by=month
-- @param day in path by=day
-- @page size=5 max=50
SELECT * FROM events WHERE id = :id AND month = :month AND day = :day;
`;

describe("Every example in the OpenAPI document fits its schema", () => {
  let example: Node;
  let own: Node;

  before(async () => {
    await using service = await startTestService({ cqlDir: EXAMPLE });
    example = await documentOf(service);
    await using types = await startOwnService({ migration: MIGRATION, queries: QUERIES });
    own = await documentOf(types);
  });

  it("of the example", () => {
    expect(samplesOf(example).length).toBeGreaterThan(100);
    expectAllValid(example);
  });

  it("of a service with every type, wherever a value may stand", () => {
    expect(samplesOf(own).length).toBeGreaterThan(300);
    expectAllValid(own);
  });

  it("and a default is the value that is bound, as its place writes it", () => {
    const { parameters } = (own.paths as Operations)["/types/defaults"]!.post!;
    const inQuery = new Map(parameters.map(({ name, schema }) => [name, schema.default]));
    const { properties } = (own.components as Components).schemas.WriteTypesWithDefaultsBody!;
    expect(Object.fromEntries(inQuery)).toMatchObject({
      a_int: 86400,
      a_bigint: "9007199254740993",
      a_boolean: true,
      a_decimal: "12.50",
      a_timestamp: "2010-01-01T00:00:00.000Z",
      a_list: [1, 2],
      a_map: '{"a":"1.50"}',
    });
    expect(properties.a_set!.description).toMatch(/; `\["a"\]` if left out$/);
    expect(properties.vector_3!.description).toMatch(/; `\[1,2\.5,-0\.5\]` if left out$/);
    expect([properties.a_set!.default, properties.vector_3!.default]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
