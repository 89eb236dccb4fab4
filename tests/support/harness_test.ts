import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createTestKeyspace, type TestKeyspace } from "./cassandra/keyspace.ts";
import { startOwnService } from "./own_service.ts";

const MIGRATION = "CREATE TABLE words (id int PRIMARY KEY, word text);";
const queryOf = (select: string) => `
-- name: get_word :many
-- @route GET /words
-- @public
${select};
`;

describe("A test that cannot start", () => {
  let own: TestKeyspace;
  before(async () => {
    own = await createTestKeyspace([]);
  });
  after(() => own[Symbol.asyncDispose]());

  async function isThere(keyspace: string): Promise<boolean> {
    const found = await own.client.execute(
      "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
      [keyspace],
    );
    return found.rowLength > 0;
  }

  const newKeyspace = () => `test_${crypto.randomUUID().replaceAll("-", "")}`;

  for (
    const [what, queries, guardrails] of [
      ["a query does not fit", queryOf("SELECT nothing FROM words"), "warn"],
      ["a guardrail refuses a query", queryOf("SELECT word FROM words"), "refuse"],
    ] as const
  ) {
    it(`says so at once where ${what}, and leaves nothing`, async () => {
      const keyspace = newKeyspace();
      const env = { CASSANDRA_KEYSPACE: keyspace, GUARDRAILS: guardrails };
      await expect(startOwnService({ migration: MIGRATION, queries }, { env }))
        .rejects.toThrow("Cannot become ready, whatever time it has: ");
      expect(await isThere(keyspace)).toBe(false);
    });
  }

  it("leaves no keyspace where a migration fails", async () => {
    const keyspace = newKeyspace();
    const migration = `${MIGRATION}\nCREATE TABLE broken (id nothing PRIMARY KEY);`;
    const starting = startOwnService({ migration, queries: queryOf("SELECT word FROM words") }, {
      env: { CASSANDRA_KEYSPACE: keyspace },
    });
    await expect(starting).rejects.toThrow("Cannot apply statement 2 of 2");
    expect(await isThere(keyspace)).toBe(false);
  });

  it("leaves no keyspace where a statement of its schema fails", async () => {
    const before = await own.client.execute("SELECT keyspace_name FROM system_schema.keyspaces");
    const names = new Set(before.rows.map(({ keyspace_name }) => keyspace_name));
    let tried = "";
    const schema = ["CREATE TABLE words (id nothing PRIMARY KEY)"];
    await createTestKeyspace(schema).catch(({ message }) => tried = message);
    expect(tried).toMatch(/Unknown type \S*nothing/);
    const keyspace = /Unknown type (test_\w+)\./.exec(tried)?.[1];
    expect(keyspace).toBeDefined();
    expect([names.has(keyspace), await isThere(keyspace!)]).toEqual([false, false]);
  });
});
