import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../../tests/support/cassandra/schema_session.ts";
import { promptly } from "../../tests/support/eventually.ts";
import type { Consistency } from "../../catalog/query.ts";
import type { Session } from "../driver/session.ts";
import { createCursorTable, cursorTableCql } from "./cursor_table.ts";

const [ID, SEALED] = [Buffer.from("id"), Buffer.from("sealed")];

/** The levels that its own statements are run at, from now on. */
function levelsOf(session: Session): (Consistency | null)[] {
  const levels: (Consistency | null)[] = [];
  const execute = session.executeOwn.bind(session);
  session.executeOwn = (cql, values, options) => {
    levels.push(options.consistency);
    return execute(cql, values, options);
  };
  return levels;
}

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
      expect(await table.put(ID, SEALED)).toBe(true);
      expect(await table.get(ID)).toEqual(SEALED);
    });
  });

  const LEVELS: readonly (readonly [own: Consistency, asked: Consistency | null])[] = [
    ["LOCAL_ONE", "LOCAL_QUORUM"],
    ["THREE", "LOCAL_QUORUM"],
    ["LOCAL_QUORUM", null],
    ["ALL", null],
  ];
  for (const [own, asked] of LEVELS) {
    it(`finds what it has just kept where other reads are at ${own}`, async () => {
      await sessions.withSchema("", async (session) => {
        const keyspace = session.keyspace!;
        await session.run(cursorTableCql(keyspace), { timeoutMs: 20_000 });
        Object.defineProperty(session, "consistency", { value: own });
        const levels = levelsOf(session);
        const table = createCursorTable(session, keyspace);
        expect(await table.put(ID, SEALED)).toBe(true);
        expect(await table.get(ID)).toEqual(SEALED);
        expect(levels).toEqual([asked, asked]);
      });
    });
  }

  it("does with fewer replicas where no more can be reached, and then says of no cursor that it was never kept", async () => {
    await sessions.withSchema("", async (session) => {
      const keyspace = session.keyspace!;
      const run = (cql: string) => session.run(cql, { timeoutMs: 20_000 });
      await run(
        `ALTER KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}`,
      );
      await run(cursorTableCql(keyspace));
      const levels = levelsOf(session);
      const table = createCursorTable(session, keyspace);
      expect(await table.put(ID, SEALED)).toBe(true);
      expect(await table.get(ID)).toEqual(SEALED);
      expect(levels).toEqual(["LOCAL_QUORUM", null, "LOCAL_QUORUM", null]);
      await expect(table.get(Buffer.from("other"))).rejects.toMatchObject({ code: "unavailable" });
    });
  });
});
