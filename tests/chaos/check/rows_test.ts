import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Verdict } from "../history.ts";
import { checkRows, type RowWrite } from "./rows.ts";

function write(row: string, verdict: Verdict, [startedAt, endedAt] = [0, 1]): RowWrite {
  return { partition: "p", row, verdict, startedAt, endedAt };
}

function faultsOf(writes: RowWrite[], rows: string[], [startedAt, endedAt] = [10, 11]): string[] {
  return checkRows(writes, [{ partition: "p", rows, startedAt, endedAt }]);
}

describe("checkRows()", () => {
  it("passes what was acknowledged and is there", () => {
    expect(faultsOf([write("a", "acknowledged")], ["a"])).toEqual([]);
  });

  it("passes an unknown write either way", () => {
    expect(faultsOf([write("a", "unknown"), write("b", "unknown")], ["a"])).toEqual([]);
  });

  it("passes a write that overlaps the read either way", () => {
    const writes = [write("a", "acknowledged", [5, 15]), write("b", "acknowledged", [5, 15])];
    expect(faultsOf(writes, ["b"])).toEqual([]);
  });

  it("passes a refused write that is not there", () => {
    expect(faultsOf([write("a", "refused")], [])).toEqual([]);
  });

  it("looks at each partition alone", () => {
    const other = { ...write("a", "acknowledged"), partition: "q" };
    expect(faultsOf([other], [])).toEqual([]);
  });

  it("finds a lost write", () => {
    expect(faultsOf([write("a", "acknowledged")], [])).toEqual([
      'An acknowledged row of "p", read at 10 ms is missing: "a"',
    ]);
  });

  it("finds a refused write that came to be all the same", () => {
    expect(faultsOf([write("a", "refused")], ["a"])).toEqual([
      'A refused row of "p", read at 10 ms is there: "a"',
    ]);
  });

  it("finds a row that nobody wrote", () => {
    expect(faultsOf([], ["a"])).toHaveLength(1);
  });

  it("finds a row that is there before it was sent", () => {
    expect(faultsOf([write("a", "acknowledged", [20, 21])], ["a"])).toHaveLength(1);
  });

  it("finds a row that is there twice", () => {
    expect(faultsOf([write("a", "acknowledged")], ["a", "a"])).toHaveLength(1);
  });
});
