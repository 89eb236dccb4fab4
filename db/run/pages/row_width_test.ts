import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { RowWidth } from "./row_width.ts";

const NOTHING = { rows: 0, bytes: 0 };

describe("RowWidth", () => {
  it("asks for few rows if nothing is known", () => {
    expect(new RowWidth().rowsIn(1_000_000, NOTHING)).toBe(16);
  });

  it("asks for what probably fits, once it has seen rows", () => {
    const width = new RowWidth();
    width.learn({ rows: 10, bytes: 1_000 });
    expect(width.rowsIn(50_000, NOTHING)).toBe(500);
    expect(width.rowsIn(99, NOTHING)).toBe(0);
  });

  it("follows wider rows at once, and narrower ones step by step", () => {
    const width = new RowWidth();
    width.learn({ rows: 1, bytes: 100 });
    width.learn({ rows: 1, bytes: 10_000 });
    expect(width.rowsIn(100_000, NOTHING)).toBe(10);
    width.learn({ rows: 1, bytes: 100 });
    expect(width.rowsIn(100_000, NOTHING)).toBe(19);
    for (let answer = 0; answer < 20; answer++) width.learn({ rows: 1, bytes: 100 });
    expect(width.rowsIn(100_000, NOTHING)).toBeGreaterThan(950);
  });

  it("believes what the request has seen, and grows from there", () => {
    const width = new RowWidth();
    width.learn({ rows: 1, bytes: 100_000 });
    expect(width.rowsIn(1_000_000, { rows: 10, bytes: 1_000 })).toBe(80);
    expect(width.rowsIn(1_000_000, { rows: 2, bytes: 200_000 })).toBe(10);
  });

  it("asks for many rows of a query that aggregates, but for wide ones", () => {
    const width = new RowWidth({ aggregates: true });
    expect(width.rowsIn(1_000_000, NOTHING)).toBe(Infinity);
    width.learn({ rows: 1, bytes: 12 });
    expect(width.rowsIn(1_200_000, { rows: 1, bytes: 12 })).toBe(100_000);
    width.learn({ rows: 1000, bytes: 2_000_000 });
    expect(width.rowsIn(1_000_000, NOTHING)).toBe(500);
    width.learn({ rows: 1, bytes: 1_000_000 });
    expect(width.rowsIn(1_000_000, NOTHING)).toBe(100);
  });

  it("learns nothing from an answer without rows, and takes rows without bytes", () => {
    const width = new RowWidth();
    width.learn(NOTHING);
    expect(width.rowsIn(1_000, NOTHING)).toBe(16);
    width.learn({ rows: 5, bytes: 0 });
    expect(width.rowsIn(1_000, NOTHING)).toBe(1_000);
    expect(width.rowsIn(1_000, { rows: 5, bytes: 0 })).toBe(40);
  });
});
