import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { CassandraTraces, TraceBudget } from "./cassandra_traces.ts";

describe("TraceBudget", () => {
  it("has ten statements for each second", () => {
    const budget = new TraceBudget();
    const granted = (now: number) =>
      Array.from({ length: 30 }, () => budget.take(now)).filter(Boolean).length;
    expect([0, 999, 1_000, 5_000].map(granted)).toEqual([10, 0, 10, 10]);
  });
});

describe("CassandraTraces", () => {
  it("takes ten statements of a request, however many there are", () => {
    const always = Object.assign(new TraceBudget(), { take: () => true });
    const traces = new CassandraTraces(always);
    const granted = Array.from({ length: 30 }, () => traces.take());
    expect(granted.lastIndexOf(true)).toBe(9);
  });

  it("takes none where others have used up the second", () => {
    const never = Object.assign(new TraceBudget(), { take: () => false });
    expect(new CassandraTraces(never).take()).toBe(false);
  });
});
