import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { keptMemory } from "../../tests/support/kept_memory.ts";
import { BucketTable } from "./bucket_table.ts";

/** Longer than any bucket of these tests needs. */
const FILL_MS = 1e9;

function fill(table: BucketTable, keys: readonly string[], fullAtMs: number, id = "group") {
  for (const key of keys) {
    table.setFullAtMs(table.group(id, FILL_MS), { key, fullAtMs, nowMs: 0 });
  }
}

const keysOf = (count: number, name = "key") =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`);

describe("BucketTable", () => {
  it("keeps a bucket of each key in each group", () => {
    const table = new BucketTable();
    const [one, other] = [table.group("one", FILL_MS), table.group("other", FILL_MS)];
    table.setFullAtMs(one, { key: "a", fullAtMs: 10, nowMs: 0 });
    table.setFullAtMs(other, { key: "a", fullAtMs: 20, nowMs: 0 });
    table.setFullAtMs(one, { key: "a", fullAtMs: 30, nowMs: 0 });
    expect([table.fullAtMs(one, "a"), table.fullAtMs(other, "a")]).toEqual([30, 20]);
    expect(table.fullAtMs(one, "b")).toBe(-Infinity);
    expect(table.group("one", FILL_MS)).toBe(one);
    expect(table.size).toBe(2);
  });

  it("never has more buckets than it may", () => {
    const table = new BucketTable({ max: 10 });
    fill(table, keysOf(1_000), 50);
    expect(table.size).toBe(10);
  });

  it("forgets a full bucket before any other, which costs nobody anything", () => {
    const table = new BucketTable({ max: 8 });
    const group = table.group("group", FILL_MS);
    fill(table, keysOf(7), 100);
    table.setFullAtMs(group, { key: "full", fullAtMs: 5, nowMs: 0 });
    table.setFullAtMs(group, { key: "new", fullAtMs: 100, nowMs: 0 });
    expect(table.fullAtMs(group, "full")).toBe(5);
    expect(keysOf(7).map((key) => table.fullAtMs(group, key))).toEqual(Array(7).fill(100));
  });

  it("gives nobody a fuller bucket for a flood of keys", () => {
    const table = new BucketTable({ max: 100 });
    const group = table.group("group", FILL_MS);
    table.setFullAtMs(group, { key: "mine", fullAtMs: 1_000, nowMs: 0 });
    fill(table, keysOf(10_000), 2_000);
    expect(table.size).toBe(100);
    expect(table.fullAtMs(group, "mine")).toBeGreaterThanOrEqual(1_000);
    for (const key of keysOf(10_000)) {
      expect(table.fullAtMs(group, key)).toBeGreaterThanOrEqual(1_000);
    }
  });

  it("lets a flood of one group cost others no more than the fullest that is forgotten", () => {
    const table = new BucketTable({ max: 8 });
    const [quiet, flooded] = [table.group("quiet", FILL_MS), table.group("flooded", FILL_MS)];
    table.setFullAtMs(quiet, { key: "a", fullAtMs: 30, nowMs: 0 });
    fill(table, keysOf(7), 1_000, "flooded");
    // The bucket of the quiet group is the fullest of those that are looked at.
    table.setFullAtMs(flooded, { key: "one more", fullAtMs: 1_000, nowMs: 0 });
    expect(table.fullAtMs(quiet, "a")).toBe(30);
    expect(table.fullAtMs(quiet, "never seen")).toBe(30);
    expect(table.fullAtMs(flooded, "never seen")).toBe(-Infinity);
  });

  it("keeps what is used, and forgets what was unused for longest", () => {
    const table = new BucketTable({ max: 20 });
    const group = table.group("group", FILL_MS);
    table.setFullAtMs(group, { key: "used", fullAtMs: 500, nowMs: 0 });
    for (const key of keysOf(1_000)) {
      fill(table, [key], 100);
      table.setFullAtMs(group, { key: "used", fullAtMs: 500, nowMs: 0 });
    }
    expect(group.floorMs).toBe(100);
    expect(table.fullAtMs(group, "used")).toBe(500);
  });

  it("takes as long for the last of many keys as for the first", () => {
    const table = new BucketTable();
    const startedAt = performance.now();
    fill(table, keysOf(500_000), 100);
    // About a second; ten minutes if each key passed over all that were forgotten before it.
    expect(performance.now() - startedAt).toBeLessThan(60_000);
  });

  it("keeps nothing of how often a bucket was used", () => {
    const table = new BucketTable();
    const use = (times: number) => {
      for (let time = 0; time < times; time++) fill(table, keysOf(64), time);
    };
    use(10);
    const before = keptMemory();
    use(10_000);
    // It was some 90 bytes each time, for as long as the process lived.
    expect(keptMemory() - before).toBeLessThan(10_000_000);
    expect(table.size).toBe(64);
  });

  it("cannot be made without room", () => {
    for (const max of [0, -1, NaN]) expect(() => new BucketTable({ max })).toThrow(TypeError);
  });

  it("makes nobody begin with the debt of another", () => {
    const table = new BucketTable({ max: 8 });
    const group = table.group("group", 100);
    for (const key of keysOf(8)) table.setFullAtMs(group, { key, fullAtMs: 1e12, nowMs: 1_000 });
    table.setFullAtMs(group, { key: "one more", fullAtMs: 1e12, nowMs: 2_000 });
    expect(table.fullAtMs(group, "innocent")).toBe(2_100);
  });
});
