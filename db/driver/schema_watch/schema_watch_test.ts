import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { PreparedStatement } from "../internals/driver_types.ts";
import type { SchemaBasis } from "./schema_basis.ts";
import type { SchemaEvent } from "./schema_event.ts";
import { SchemaWatch } from "./schema_watch.ts";

function statementOf(keyspace: string | null, table: string | null = "t"): PreparedStatement {
  return {
    cql: "SELECT 1",
    marked: "SELECT 1 /* */",
    fingerprint: "f",
    schemaVersion: "v",
    id: Buffer.from("id"),
    keyspace,
    table,
    binds: [],
    partitionKey: [],
    routing: [],
    columns: [],
  };
}

/** A change of the keyspace, or of one of its tables. */
const announce = (watch: SchemaWatch, keyspace: string, table: string | null = null) =>
  watch.announce({ keyspace, table });

const prepared = (watch: SchemaWatch, keyspace: string | null) =>
  watch.prepared(() => Promise.resolve(statementOf(keyspace)));

describe("SchemaWatch", () => {
  it("takes a statement for checked until a change of its keyspace is announced", async () => {
    const watch = new SchemaWatch("own");
    const [own, other] = [await prepared(watch, "own"), await prepared(watch, "other")];
    expect([watch.isChecked(own), watch.isChecked(other)]).toEqual([true, true]);
    announce(watch, "other");
    expect([watch.isChecked(own), watch.isChecked(other)]).toEqual([true, false]);
    await watch.check(other, () => Promise.resolve());
    expect(watch.isChecked(other)).toBe(true);
  });

  it("takes every statement for unchecked where announcements may have been missed", async () => {
    const watch = new SchemaWatch("own");
    const statements = [await prepared(watch, "own"), await prepared(watch, "other")];
    watch.announce(null);
    expect(statements.map((each) => watch.isChecked(each))).toEqual([false, false]);
  });

  it("takes a statement that does not tell its keyspace for unchecked after any change", async () => {
    const watch = new SchemaWatch("own");
    const batch = await prepared(watch, null);
    let changes = 0;
    watch.onChange(() => changes++);
    for (const keyspace of ["own", "stranger", null]) {
      watch.announce(keyspace === null ? null : { keyspace, table: "t" });
      expect([keyspace, watch.isChecked(batch)]).toEqual([keyspace, false]);
      await watch.check(batch, () => Promise.resolve());
      expect(watch.isChecked(batch)).toBe(true);
    }
    expect(changes).toBe(2);
  });

  it("takes a copy of a statement for as new as that", async () => {
    const watch = new SchemaWatch("own");
    const original = await prepared(watch, "own");
    const copies = [{ ...original }, { ...original }];
    watch.noteCopy(copies[0]!, original);
    announce(watch, "own");
    watch.noteCopy(copies[1]!, await prepared(watch, "own"));
    expect(copies.map((each) => watch.isChecked(each))).toEqual([false, true]);
  });

  it("does not count on what was prepared or checked while a change was announced", async () => {
    const watch = new SchemaWatch("own");
    const late = await watch.prepared(() => {
      announce(watch, "own");
      return Promise.resolve(statementOf("own"));
    });
    expect(watch.isChecked(late)).toBe(false);
    await watch.check(late, () => {
      announce(watch, "own");
      return Promise.resolve();
    });
    expect(watch.isChecked(late)).toBe(false);
  });

  it("does not count on the first statements of a keyspace if a change was announced meanwhile", async () => {
    const watch = new SchemaWatch("own");
    const changes: boolean[] = [];
    watch.onChange(({ isAnnounced }) => changes.push(isAnnounced));
    const ends: PromiseWithResolvers<PreparedStatement>[] = [];
    const begin = () => {
      const end = Promise.withResolvers<PreparedStatement>();
      ends.push(end);
      return watch.prepared(() => end.promise);
    };
    const preparing = [begin(), begin()];
    announce(watch, "other");
    const late = begin();
    for (const { resolve } of ends) resolve(statementOf("other"));
    const statements = await Promise.all([...preparing, late]);
    expect(statements.map((each) => watch.isChecked(each))).toEqual([false, false, true]);
    // The tables may have been read before it, too.
    expect(changes).toEqual([true]);
    await watch.check(statements[0]!, () => Promise.resolve());
    expect(watch.isChecked(statements[0]!)).toBe(true);
  });

  it("checks a statement once for all who wait, and again where that failed", async () => {
    const watch = new SchemaWatch("own");
    const statement = await prepared(watch, "own");
    announce(watch, "own");
    let checks = 0;
    const fail = async () => {
      checks++;
      await Promise.resolve();
      throw new Error("It has changed");
    };
    const results = await Promise.allSettled([1, 2, 3].map(() => watch.check(statement, fail)));
    expect([checks, results.map(({ status }) => status)]).toEqual([1, Array(3).fill("rejected")]);
    expect(watch.isChecked(statement)).toBe(false);
    await watch.check(statement, () => Promise.resolve());
    expect(watch.isChecked(statement)).toBe(true);
  });

  it("checks a statement again for those who come after a change that a check may have missed", async () => {
    const watch = new SchemaWatch("own");
    const statement = await prepared(watch, "own");
    announce(watch, "own");
    const ends: (() => void)[] = [];
    const check = () => new Promise<void>((resolve) => ends.push(resolve));
    const first = watch.check(statement, check);
    announce(watch, "own");
    let isSecondOver = false;
    const second = watch.check(statement, check).then(() => isSecondOver = true);
    const third = watch.check(statement, check);
    ends[0]!();
    await first;
    // As long as it takes for those who waited to begin another one.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    expect([isSecondOver, ends.length]).toEqual([false, 2]);
    ends[1]!();
    await Promise.all([second, third]);
    expect([watch.isChecked(statement), ends.length]).toEqual([true, 2]);
  });

  it("tells of changes of its own keyspace and of those that statements are about", async () => {
    const watch = new SchemaWatch("own");
    const changes: boolean[] = [];
    watch.onChange(({ isAnnounced }) => changes.push(isAnnounced));
    announce(watch, "stranger");
    expect(changes).toEqual([]);
    announce(watch, "own");
    await prepared(watch, "other");
    announce(watch, "other");
    watch.notify();
    expect(changes).toEqual([true, true, false]);
  });

  describe("of a statement that is watched by its tables", () => {
    const basisAt = (moment: number): SchemaBasis => ({
      moment,
      version: "v",
      withViews: new Set(["with_views"]),
    });

    async function watched(watch: SchemaWatch, ...tables: string[]): Promise<PreparedStatement> {
      const basis = basisAt(watch.now);
      const statement = await prepared(watch, "own");
      watch.watchTables(statement, { keyspace: "own", tables }, basis);
      return statement;
    }

    const isSettled = (watch: SchemaWatch, statement: PreparedStatement) => [
      watch.isChecked(statement),
      watch.isUnchanged(statement, basisAt(watch.now)),
    ];

    const CHANGES: [what: string, event: SchemaEvent | null, concerned: boolean][] = [
      ["one of its tables", { keyspace: "own", table: "one" }, true],
      ["another one of its tables", { keyspace: "own", table: "two" }, true],
      ["its keyspace, a type or a function", { keyspace: "own", table: null }, true],
      ["whatever may have been missed", null, true],
      ["another table", { keyspace: "own", table: "three" }, false],
      ["a table of the same name elsewhere", { keyspace: "other", table: "one" }, false],
      ["another keyspace", { keyspace: "other", table: null }, false],
    ];
    for (const [what, event, concerned] of CHANGES) {
      it(`is ${concerned ? "concerned" : "not concerned"} by a change of ${what}`, async () => {
        const watch = new SchemaWatch("own");
        await prepared(watch, "other");
        const statement = await watched(watch, "one", "two");
        expect(isSettled(watch, statement)).toEqual([true, true]);
        watch.announce(event);
        expect(isSettled(watch, statement)).toEqual([!concerned, !concerned]);
      });
    }

    it("is prepared again, but not checked, once anything is found not to fit", async () => {
      const watch = new SchemaWatch("own");
      const statement = await watched(watch, "one");
      watch.notify();
      expect(isSettled(watch, statement)).toEqual([true, false]);
      expect(isSettled(watch, await watched(watch, "one"))).toEqual([true, true]);
    });

    it("has to be prepared again where a check has found it to fit", async () => {
      const watch = new SchemaWatch("own");
      const statement = await watched(watch, "one");
      announce(watch, "own", "one");
      await watch.check(statement, () => Promise.resolve());
      expect(isSettled(watch, statement)).toEqual([true, false]);
      // The node that was asked may have been behind.
      announce(watch, "own", "three");
      expect(isSettled(watch, statement)).toEqual([false, false]);
    });

    it("is concerned by what is announced after its basis was taken", async () => {
      for (const table of ["one", "three"]) {
        const watch = new SchemaWatch("own");
        const basis = basisAt(watch.now);
        const statement = await prepared(watch, "own");
        announce(watch, "own", table);
        watch.watchTables(statement, { keyspace: "own", tables: ["one"] }, basis);
        // Nobody has listened for its table until then, so any table may have been that.
        expect(isSettled(watch, statement)).toEqual([false, false]);
      }
    });

    it("is prepared again where its keyspace may have a view by now", async () => {
      const watch = new SchemaWatch("own");
      const statement = await watched(watch, "one");
      const basis = basisAt(watch.now);
      const withViews = [new Set<string>(), new Set(["own"]), null];
      expect(withViews.map((each) => watch.isUnchanged(statement, { ...basis, withViews: each })))
        .toEqual([true, false, false]);
    });

    it("is watched by the names of its tables where it does not tell its keyspace", async () => {
      const watch = new SchemaWatch("own");
      const basis = basisAt(watch.now);
      const batch = await prepared(watch, null);
      watch.watchTables(batch, { keyspace: "own", tables: ["one", "two"] }, basis);
      announce(watch, "own", "three");
      expect(isSettled(watch, batch)).toEqual([true, true]);
      announce(watch, "own", "two");
      expect(isSettled(watch, batch)).toEqual([false, false]);
    });
  });
});
