import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually } from "../tests/support/eventually.ts";
import type { RefusalFacts } from "./event.ts";
import { RefusalCounter } from "./refusal_counter.ts";

function refusal(changes: Partial<RefusalFacts> = {}): RefusalFacts {
  return {
    subject: null,
    issuer: null,
    client_id: null,
    auth_time: null,
    address: "192.0.2.1",
    method: "GET",
    route: "/items",
    request_id: crypto.randomUUID(),
    trace_id: null,
    status: 401,
    code: "missing_token",
    ...changes,
  };
}

function createCounter(options: { intervalMs?: number; maxKinds?: number } = {}) {
  const emitted: { address: string | null; count: number; code: string | null }[] = [];
  const counter = new RefusalCounter({ emit: (event) => emitted.push(event), ...options });
  return { counter, emitted };
}

describe("RefusalCounter", () => {
  it("tells the first of each kind from the rest, and counts those", () => {
    const { counter, emitted } = createCounter();
    const sent = [
      refusal(),
      refusal(),
      refusal({ route: "/others", method: "PUT" }),
      refusal({ address: "192.0.2.2" }),
      refusal({ code: "invalid_token" }),
      refusal({ subject: "ada", issuer: "https://id.example", status: 429 }),
      refusal({ subject: "bob", issuer: "https://id.example", status: 429 }),
      refusal({ subject: "ada", issuer: "https://other.example", status: 429 }),
      refusal({ subject: "ada", issuer: "https://id.example", status: 429 }),
    ];
    expect(sent.map((each) => counter.isFirst(each)))
      .toEqual([true, false, false, true, true, true, true, true, false]);
    counter.close();
    expect(emitted).toEqual([
      expect.objectContaining({ subject: "ada", issuer: "https://id.example", count: 1 }),
      expect.objectContaining({ event: "refusals", address: "192.0.2.1", count: 2, status: 401 }),
    ]);
    expect(emitted[1]).not.toHaveProperty("request_id");
  });

  it("leaves room for others, whatever one caller with a valid token does", () => {
    const { counter, emitted } = createCounter({ maxKinds: 40 });
    const mallory = { subject: "mallory", issuer: "https://id.example", status: 403 };
    const firsts = Array.from(
      { length: 1_000 },
      (_, n) => counter.isFirst(refusal({ ...mallory, route: `/${n}` })),
    );
    // A quarter of all kinds, and one for the rest.
    expect(firsts.filter((isFirst) => isFirst)).toHaveLength(11);
    const eve = { ...mallory, subject: "eve", route: "/salaries" };
    expect(counter.isFirst(refusal(eve))).toBe(true);
    expect(counter.isFirst(refusal(eve))).toBe(false);
    counter.close();
    expect(emitted).toEqual([
      expect.objectContaining({ subject: "mallory", address: null, route: null, count: 989 }),
      expect.objectContaining({ subject: "eve", route: "/salaries", count: 1 }),
    ]);
  });

  it("gives a caller its share again after a quiet interval", async () => {
    const { counter } = createCounter({ maxKinds: 8, intervalMs: 1 });
    const ada = { subject: "ada", issuer: "https://id.example", status: 403 };
    const isFirst = (route: string) => counter.isFirst(refusal({ ...ada, route }));
    expect(["/a", "/b", "/c", "/d"].map(isFirst)).toEqual([true, true, true, false]);
    await eventually("the kinds are forgotten", () => isFirst("/e") && isFirst("/f"));
    counter.close();
  });

  it("holds a bounded number of kinds, and counts the rest together", () => {
    const { counter, emitted } = createCounter({ maxKinds: 3 });
    const firsts = Array.from(
      { length: 10_000 },
      (_, n) => counter.isFirst(refusal({ address: `10.0.${n >> 8}.${n & 255}` })),
    );
    expect(firsts.filter((isFirst) => isFirst)).toHaveLength(3);
    counter.close();
    expect(emitted).toEqual([expect.objectContaining({ address: null, count: 9_997 })]);
  });

  it("tells the routes of a caller apart if its token is valid", () => {
    const { counter, emitted } = createCounter();
    const ada = { subject: "ada", issuer: "https://id.example", status: 403 };
    const sent = [
      refusal(ada),
      refusal({ ...ada, route: "/others" }),
      refusal({ ...ada, method: "PUT" }),
      refusal({ ...ada, method: "PUT" }),
    ];
    expect(sent.map((each) => counter.isFirst(each))).toEqual([true, true, true, false]);
    counter.close();
    expect(emitted).toEqual([
      expect.objectContaining({ subject: "ada", method: "PUT", route: "/items", count: 1 }),
    ]);
  });

  it("hides no caller with a valid token among many without", () => {
    const { counter } = createCounter({ maxKinds: 3 });
    for (let n = 0; n < 10; n++) counter.isFirst(refusal({ address: `10.0.0.${n}` }));
    expect(counter.isFirst(refusal({ subject: "ada", issuer: "https://id.example" }))).toBe(true);
  });

  it("emits at the end of each interval, and begins again after a quiet one", async () => {
    const { counter, emitted } = createCounter({ intervalMs: 30 });
    expect([counter.isFirst(refusal()), counter.isFirst(refusal())]).toEqual([true, false]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(emitted).toEqual([expect.objectContaining({ count: 1 })]);
    expect(counter.isFirst(refusal())).toBe(true);
    counter.close();
    expect(emitted).toHaveLength(1);
  });
});
