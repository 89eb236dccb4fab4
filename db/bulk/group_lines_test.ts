import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { LineGroups } from "./group_lines.ts";

/** Rows such as `a1`: the partition, and the row within it. */
const key = {
  partition: (row: string) => row.charAt(0),
  row: (row: string) => row.slice(1),
  compare: (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0,
  size: (row: string) => row.length,
};
/** Without an order. */
const unordered = { ...key, compare: () => 0 };

function group(rows: readonly string[], by: typeof key | null = key): string[] {
  const lines = rows.map((row, index) => ({ line: index + 1, row }));
  const groups = new LineGroups(by);
  const ready = lines.flatMap((line) => {
    const group = groups.add(line);
    return group === null ? [] : [group];
  });
  return [...ready, ...groups.takeAll()].map((group) => group.map(({ row }) => row).join(" "));
}

describe("LineGroups", () => {
  it("puts the lines of each partition together, in their order", () => {
    expect(group(["a1", "b1", "a2", "c1", "b2", "a0"])).toEqual(["a1 a2 a0", "b1 b2", "c1"]);
  });

  for (const [order, by] of [["with an order", key], ["without an order", unordered]] as const) {
    const cases: [what: string, rows: string, groups: string[]][] = [
      ["the same row", "a1 a2 a1 b1 a3 a1", ["a1 a2", "a1 a3", "a1", "b1"]],
      ["the same row next", "a1 a1", ["a1", "a1"]],
      ["the same row after a turn", "a2 a4 a3 a4", ["a2 a4 a3", "a4"]],
      ["the same row after a turn down", "a4 a2 a3 a4", ["a4 a2 a3", "a4"]],
      ["rows that go up", "a1 a2 a3 a4", ["a1 a2 a3 a4"]],
      ["rows that go down, and up", "a4 a3 a2 a5 a1", ["a4 a3 a2 a5 a1"]],
      ["the first row again", "a4 a3 a2 a4", ["a4 a3 a2", "a4"]],
      ["partitions in turn", "a1 b1 a2 b2 a1 b1", ["a1 a2", "b1 b2", "a1", "b1"]],
    ];
    for (const [what, rows, groups] of cases) {
      it(`puts no two lines of one row into one group: ${what}, ${order}`, () => {
        expect(group(rows.split(" "), by)).toEqual(groups);
      });
    }
  }

  it("takes no more than a hundred lines into a group", () => {
    const rows = Array.from({ length: 250 }, (_, index) => `a${index}`);
    const groups = group(rows);
    expect(groups.map((each) => each.split(" ").length)).toEqual([100, 100, 50]);
    expect(groups.join(" ").split(" ")).toEqual(rows);
  });

  it("takes no more than 64 KiB into a group, unless one line has more", () => {
    const half = (name: string) => `a${name.repeat(32_767)}`;
    const groups = group([half("x"), half("y"), half("z"), `a${"v".repeat(70_000)}`, "a1"]);
    expect(groups.map((each) => each.split(" ").length)).toEqual([2, 1, 1, 1]);
  });

  it("leaves each line alone without a key", () => {
    expect(group(["a1", "a2"], null)).toEqual(["a1", "a2"]);
  });

  it("makes no group of nothing", () => {
    expect(group([])).toEqual([]);
  });

  it("is full after a number of lines or bytes, whether they wait or not, and empty once all are taken", () => {
    const groups = new LineGroups(key);
    const lines = (count: number) => {
      let [added, ready] = [0, 0];
      while (added < count && !groups.isFull) {
        if (groups.add({ line: ++added, row: `a${added}` }) !== null) ready++;
      }
      return [added, ready];
    };
    expect([groups.isEmpty, lines(20_000)]).toEqual([true, [8_000, 79]]);
    expect(groups.takeAll()).toHaveLength(1);
    expect([groups.isEmpty, groups.isFull, lines(20_000)[0]]).toEqual([true, false, 8_000]);
    groups.takeAll();
    let large = 0;
    while (!groups.isFull) groups.add({ line: ++large, row: `${large}${"v".repeat(10_000)}` });
    expect(large).toBe(105);
  });
});
