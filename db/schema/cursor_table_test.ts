import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../../tests/support/cassandra/schema_session.ts";
import { promptly } from "../../tests/support/eventually.ts";
import { createCursorTable, cursorTableCql } from "./cursor_table.ts";

describe("createCursorTable()", () => {
  let sessions: SchemaSessions;
  before(async () => {
    sessions = await openSchemaSessions();
  });
  after(() => sessions?.[Symbol.asyncDispose]());

  it("keeps cursors by what the later of two looks has found, whichever ends first", async () => {
    await sessions.withSchema("", async (session) => {
      const table = createCursorTable(session, session.keyspace!);
      const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const query = session.query.bind(session);
      session.query = async (...args) => {
        const rows = await query(...args);
        asked.resolve();
        await promptly("the test lets it end", released.promise);
        return rows;
      };
      const first = table.findObstacle();
      await promptly("it has found no table", asked.promise);
      session.query = query;
      await session.run(cursorTableCql(session.keyspace!), { timeoutMs: 20_000 });
      expect(await table.findObstacle()).toBe(null);
      released.resolve();
      expect(await promptly("the first look ends", first)).toContain("there is no table");
      const [id, sealed] = [Buffer.from("id"), Buffer.from("sealed")];
      expect(await table.put(id, sealed)).toBe(true);
      expect(await table.get(id)).toEqual(sealed);
    });
  });
});
