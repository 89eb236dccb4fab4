import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { PreparedStatement } from "../internals/driver_types.ts";
import { SchemaWatch } from "./schema_watch.ts";

function statementOf(keyspace: string | null): PreparedStatement {
  return {
    cql: "SELECT 1",
    marked: "SELECT 1 /* */",
    fingerprint: "f",
    id: Buffer.from("id"),
    keyspace,
    table: "t",
    binds: [],
    partitionKey: [],
    routing: [],
    columns: [],
  };
}

const prepared = (watch: SchemaWatch, keyspace: string | null) =>
  watch.prepared(() => Promise.resolve(statementOf(keyspace)));

describe("SchemaWatch", () => {
  it("takes a statement for checked until a change of its keyspace is announced", async () => {
    const watch = new SchemaWatch("own");
    const [own, other] = [await prepared(watch, "own"), await prepared(watch, "other")];
    expect([watch.isChecked(own), watch.isChecked(other)]).toEqual([true, true]);
    watch.announce("other");
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
      watch.announce(keyspace);
      expect([keyspace, watch.isChecked(batch)]).toEqual([keyspace, false]);
      await watch.check(batch, () => Promise.resolve());
      expect(watch.isChecked(batch)).toBe(true);
    }
    expect(changes).toBe(2);
  });

  it("does not count on what was prepared or checked while a change was announced", async () => {
    const watch = new SchemaWatch("own");
    const late = await watch.prepared(() => {
      watch.announce("own");
      return Promise.resolve(statementOf("own"));
    });
    expect(watch.isChecked(late)).toBe(false);
    await watch.check(late, () => {
      watch.announce("own");
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
    watch.announce("other");
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
    watch.announce("own");
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
    watch.announce("own");
    const ends: (() => void)[] = [];
    const check = () => new Promise<void>((resolve) => ends.push(resolve));
    const first = watch.check(statement, check);
    watch.announce("own");
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
    watch.announce("stranger");
    expect(changes).toEqual([]);
    watch.announce("own");
    await prepared(watch, "other");
    watch.announce("other");
    watch.notify();
    expect(changes).toEqual([true, true, false]);
  });
});
