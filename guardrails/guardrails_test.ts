/**
 * What guardrails find on a real schema: `fixtures/<guardrail>/` holds the schema, queries and the exact
 * report. A query that the report leaves out is a near miss, or waived. `UPDATE_FIXTURES=1` rewrites the
 * reports; read them before committing.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { parseCatalog } from "../catalog/catalog.ts";
import { prepareQueries } from "../db/prepare/prepare_queries.ts";
import type { Replication } from "../db/schema/replication.ts";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../tests/support/cassandra/schema_session.ts";
import { GUARDRAILS } from "./guardrails.ts";
import { describeFindings, describeWaived, inspectKeyspace, inspectQueries } from "./inspect.ts";
import { inspectProject, type ProjectInspection, readProjectSchema } from "./inspect_project.ts";
import { createTableReader } from "../db/schema/table.ts";
import { isSecret } from "./rules/access/secret_column.ts";

const FIXTURES = new URL("./fixtures/", import.meta.url);

const cases = [...Deno.readDirSync(FIXTURES)].map(({ name }) => name).sort();

describe("inspectProject()", () => {
  let sessions: SchemaSessions;
  before(async () => {
    sessions = await openSchemaSessions();
  });
  after(() => sessions[Symbol.asyncDispose]());

  for (const name of cases) {
    it(`finds ${name}, and no near miss of it`, async () => {
      const report = reportOf(await inspectFixture(name));
      const expected = new URL(`${name}/report.txt`, FIXTURES);
      if (Deno.env.get("UPDATE_FIXTURES") === "1") await Deno.writeTextFile(expected, report);
      expect(report).toBe(await Deno.readTextFile(expected));
      expect(report).toContain(`[${name}]`);
    });
  }

  it("asks for the columns of each table once, while the queries are prepared", async () => {
    const asked: unknown[] = [];
    const schema = "CREATE TABLE words (id int PRIMARY KEY, word text);";
    const { queries } = parseCatalog([{
      path: "words.cql",
      text: `-- name: get_word :one
-- @route GET /words/{id}
-- @public
SELECT word FROM words WHERE id = :id;

-- name: put_word :exec
-- @route PUT /words/{id}
-- @scope words
INSERT INTO words (id, word) VALUES (:id, :word);
`,
    }]);
    await sessions.withSchema(schema, async (session) => {
      const counting = new Proxy(session, {
        get(target, name) {
          if (name === "query") {
            return (cql: string, values: unknown[]) => {
              if (cql.includes("system_schema.columns")) asked.push(values.at(-1));
              return target.query(cql, values);
            };
          }
          const value = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      const readTable = createTableReader(counting);
      await Promise.all([
        prepareQueries(counting, queries, readTable),
        readProjectSchema(counting, queries, { keyspace: session.keyspace!, readTable }),
      ]);
    });
    expect(queries.length).toBe(2);
    expect(asked).toEqual(["words"]);
  });

  async function inspectFixture(name: string): Promise<ProjectInspection> {
    const { queries } = await readFixture(name);
    const schema = await Deno.readTextFile(new URL(`${name}/schema.cql`, FIXTURES));
    return await sessions.withSchema(
      schema,
      async (session) => {
        const keyspace = session.keyspace!;
        const readTable = createTableReader(session);
        const [prepared, schema] = await Promise.all([
          prepareQueries(session, queries, readTable),
          readProjectSchema(session, queries, { keyspace, readTable }),
        ]);
        return inspectProject(prepared, schema, { keyspace, consistency: "LOCAL_QUORUM" });
      },
    );
  }
});

describe("inspectQueries()", () => {
  it("finds by the text alone what needs no schema", async () => {
    const names = ["allow-filtering", "public-write", "secret-column", "select-star"];
    for (const name of [...names, "unreadable-statement"]) {
      const { queries } = await readFixture(name);
      const { findings } = inspectQueries(queries, () => null);
      expect(findings.map(({ guardrail }) => guardrail)).toContain(name);
    }
  });

  it("does not call a waiver needless where the schema may show what it is for", async () => {
    const { queries } = await readFixture("tenant-not-bound");
    expect(inspectQueries(queries, () => null).findings).toEqual([]);
  });
});

describe("inspectKeyspace()", () => {
  const nodes = new Map([["dc1", 3], ["dc2", 3]]);
  const table: [string, Partial<Replication>, RegExp[]][] = [
    ["three copies in each data centre", {}, []],
    ["SimpleStrategy on several nodes", {
      strategy: "SimpleStrategy",
      copies: new Map([["*", 3]]),
    }, [/simple-strategy/]],
    ["SimpleStrategy on a single node", {
      strategy: "SimpleStrategy",
      copies: new Map([["*", 1]]),
      nodes: new Map([["dc1", 1]]),
    }, []],
    ["one copy where there are nodes for more", {
      copies: new Map([["dc1", 3], ["dc2", 1]]),
    }, [/one copy of its data in "dc2".*single-replica/]],
    ["one copy on the only node", {
      copies: new Map([["dc1", 1]]),
      nodes: new Map([["dc1", 1]]),
    }, []],
    ["a data centre without a copy", {
      copies: new Map([["dc1", 3]]),
    }, [/no copy in the data centre "dc2".*missing-data-centre/]],
  ];
  for (const [name, part, expected] of table) {
    it(`says what is wrong with ${name}`, () => {
      const replication: Replication = {
        strategy: "NetworkTopologyStrategy",
        copies: new Map([["dc1", 3], ["dc2", 3]]),
        nodes,
        ...part,
      };
      const said = inspectKeyspace({ name: "shop", replication });
      expect(said).toHaveLength(expected.length);
      expected.forEach((pattern, index) => expect(said[index]).toMatch(pattern));
    });
  }
});

describe("GUARDRAILS", () => {
  it("has a fixture for each guardrail about queries", () => {
    const about = Object.keys(GUARDRAILS).filter((name) => GUARDRAILS[name]?.about === "query");
    expect(about.filter((name) => !cases.includes(name))).toEqual([]);
  });
});

describe("isSecret()", () => {
  const secrets = ["password", "password_hash", "hashedPassword", "api_key", "apiKey", "apikey"];
  const others = ["password_changed_at", "secretary", "pinned", "spinner", "token_count", "key"];
  for (const name of [...secrets, "client_secret", "private_key_pem", "refreshToken", "user_pin"]) {
    it(`knows ${name} for a secret`, () => expect(isSecret(name)).toBe(true));
  }
  for (const name of [...others, "primary_key", "secret_id", "saltwater", "access_count"]) {
    it(`lets ${name} pass`, () => expect(isSecret(name)).toBe(false));
  }
});

async function readFixture(name: string) {
  const text = await Deno.readTextFile(new URL(`${name}/input.cql`, FIXTURES));
  const { queries, diagnostics } = parseCatalog([{ path: "input.cql", text }]);
  expect(diagnostics).toEqual([]);
  return { queries };
}

function reportOf({ findings, waived }: ProjectInspection): string {
  return [describeFindings(findings), ...waived.map(describeWaived)].join("\n\n") + "\n";
}
