import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import { parseCatalog } from "../../catalog/catalog.ts";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../../tests/support/cassandra/schema_session.ts";
import { MAX_COMPUTED_BYTES } from "../../codec/variant.ts";
import type { DriverColumn, RawRows } from "../driver/internals/driver_types.ts";
import { prepareQueries } from "./prepare_queries.ts";
import type { PreparedQuery } from "./prepared_query.ts";
import { compileViews } from "./views.ts";

const { dataTypes } = cassandra.types;
const TEXT = { code: dataTypes.varchar, info: null };
const ADA = "ada@example.com";

/** One row of texts (native protocol v4, section 4.2.5.2). */
function rowOf(...texts: string[]): RawRows {
  const body = Buffer.concat(texts.flatMap((text) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(Buffer.byteLength(text));
    return [length, Buffer.from(text)];
  }));
  return { length: 1, body, offset: 0, end: body.length };
}

const named = (...names: string[]): DriverColumn[] => names.map((name) => ({ name, type: TEXT }));

async function prepareOne(sessions: SchemaSessions, text: string): Promise<PreparedQuery> {
  const { queries, diagnostics } = parseCatalog([{ path: "own.cql", text }]);
  expect(diagnostics).toEqual([]);
  const schema = "CREATE TABLE people (id text PRIMARY KEY, email text, card text);" +
    "CREATE TABLE accounts (id text PRIMARY KEY, iban text, pin text);" +
    "CREATE TABLE sums (id text PRIMARY KEY, amount varint, email text)";
  return await sessions.withSchema(schema, async (session) => {
    const [prepared] = await prepareQueries(session, queries);
    return prepared!;
  });
}

describe("compileViews()", () => {
  let sessions: SchemaSessions;
  before(async () => {
    sessions = await openSchemaSessions();
  });
  after(() => sessions[Symbol.asyncDispose]());

  const EVERYTHING = `
-- name: person :one
-- @mask email unless pii
-- @mask card unless pii billing
SELECT * FROM people WHERE id = :id;
`;

  it("compiles a view when the first of its callers comes, and only then", async () => {
    const prepared = await prepareOne(sessions, EVERYTHING);
    const compiled: PreparedQuery[] = [];
    const viewFor = compileViews(prepared, {
      hash: null,
      compile: (view) => compiled.push(view),
    });
    expect(compiled).toHaveLength(0);
    const views = [[], ["other"], ["pii"], ["pii", "other"], ["billing"], ["billing", "pii"]]
      .map((scopes) => viewFor(new Set(scopes)));
    expect(views).toEqual([1, 1, 2, 2, 1, 3]);
  });

  it("has one view of a query without masks, and compiles it at once", async () => {
    const prepared = await prepareOne(
      sessions,
      "-- name: person :one\nSELECT id, email FROM people WHERE id = :id;",
    );
    const compiled: PreparedQuery[] = [];
    const viewFor = compileViews(prepared, {
      hash: null,
      compile: (view) => compiled.push(view),
    });
    expect(compiled).toEqual([prepared]);
    expect(viewFor(new Set())).toBe(viewFor(new Set(["pii"])));
  });

  it("hides everything in a query for which nobody has chosen a view", async () => {
    const prepared = await prepareOne(sessions, EVERYTHING);
    const columns = prepared.statement.columns.map(({ name }) => name);
    const cells = columns.map((name) => name === "id" ? "1" : ADA);
    const [row] = prepared.rowReader.read(rowOf(...cells));
    expect(row).toEqual({ id: "1", email: null, card: null });
  });

  it("hides columns of a table that has changed: those that are masked, and those that are new", async () => {
    const prepared = await prepareOne(sessions, EVERYTHING);
    const viewFor = compileViews(prepared, { hash: null, compile: (view) => view });
    const shape = named("id", "email", "mail");
    const row = rowOf("1", ADA, ADA);
    expect(viewFor(new Set()).shapeReader(shape).read(row)).toEqual([{
      id: "1",
      email: null,
      mail: null,
    }]);
    expect(viewFor(new Set(["pii", "billing"])).shapeReader(shape).read(row)).toEqual([
      { id: "1", email: ADA, mail: ADA },
    ]);
  });

  describe("if a column was added that the file masks, as another table has it", () => {
    const FILE = `
-- @mask email unless pii
-- @mask iban unless payments
-- @mask pin unless payments security
`;
    const WITH_MASKED = `${FILE}
-- name: person :one
SELECT * FROM people WHERE id = :id;

-- name: account :one
SELECT * FROM accounts WHERE id = :id;
`;
    const WITHOUT_MASKED = `${FILE}
-- name: card :one
SELECT id, card FROM people WHERE id = :id;
${WITH_MASKED.slice(FILE.length)}`;

    for (
      const [what, text, scopes, shape, expected] of [
        ["nobody sees any", WITH_MASKED, [], ["id", "email", "iban"], [null, null]],
        ["they have the scope of another", WITH_MASKED, ["pii"], ["id", "email", "iban"], [
          ADA,
          null,
        ]],
        ["the query had none", WITHOUT_MASKED, [], ["id", "card", "iban", "pin"], [
          ADA,
          null,
          null,
        ]],
        ["no mask is about it", WITH_MASKED, ["pii"], ["id", "nickname"], [ADA]],
      ] as const
    ) {
      it(`hides it from callers until the query is prepared again: ${what}`, async () => {
        const prepared = await prepareOne(sessions, text);
        const viewFor = compileViews(prepared, { hash: null, compile: (view) => view });
        const row = rowOf("1", ...expected.map(() => ADA));
        const [read] = viewFor(new Set(scopes)).shapeReader(named(...shape)).read(row);
        expect(Object.values(read!)).toEqual(["1", ...expected]);
      });
    }
  });

  for (const mask of ["", "-- @mask email unless pii"]) {
    it(
      `refuses a computed number that is too long in a table that has changed: ${
        mask || "no mask"
      }`,
      async () => {
        const prepared = await prepareOne(
          sessions,
          `
-- name: twice :one
${mask}
SELECT id, email, amount + amount AS twice FROM sums WHERE id = :id;
`,
        );
        const view = compileViews(prepared, { hash: null, compile: (view) => view })(new Set());
        const changed = [
          ...named("id", "email", "card"),
          { name: "twice", type: { code: dataTypes.varint, info: null } },
        ];
        const row = rowOf("1", ADA, ADA, "1".repeat(MAX_COMPUTED_BYTES + 1));
        expect(() => view.shapeReader(changed).read(row)).toThrow("too many digits");
      },
    );
  }
});
