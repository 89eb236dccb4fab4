import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { createKeyHash } from "../key_hash.ts";
import { createHotSpots, type HotCaller, hotCallerOf } from "./hot_spots.ts";

const hashKey = createKeyHash(new Uint8Array(32));
const ACME = Buffer.from("acme");
const LONG = Buffer.alloc(70_000, "x");

function caller(subject: string, tenant: string | null = null): HotCaller {
  return hotCallerOf({ issuer: "https://issuer", subject, clientId: null, tenant });
}

describe("createHotSpots()", () => {
  it("shows the hottest partitions of each query as keyed hashes, whatever their length", () => {
    const hot = createHotSpots(hashKey, () => 0);
    for (const key of [ACME, LONG, ACME, Buffer.from("other"), ACME, LONG]) {
      hot.notePartition("list", key);
    }
    hot.notePartition("get", LONG);
    const { current } = hot.snapshot();
    expect(current.partitions).toEqual([
      {
        query: "list",
        statements: 6,
        hottest: [
          { key: hashKey(ACME), statements: 3, at_least: 3 },
          { key: hashKey(LONG), statements: 2, at_least: 2 },
          { key: hashKey(Buffer.from("other")), statements: 1, at_least: 1 },
        ],
      },
      {
        query: "get",
        statements: 1,
        hottest: [{ key: hashKey(LONG), statements: 1, at_least: 1 }],
      },
    ]);
  });

  it("estimates the share of each partition where there are many statements", () => {
    const hot = createHotSpots(hashKey, () => 0);
    const size = 80_000;
    for (let index = 0; index < size; index++) {
      hot.notePartition("list", index % 4 === 0 ? ACME : Buffer.from(`other ${index}`));
    }
    const [list] = hot.snapshot().current.partitions;
    expect(list!.statements).toBe(size);
    const [first] = list!.hottest;
    expect(first!.key).toBe(hashKey(ACME));
    expect(first!.statements / size).toBeGreaterThan(0.2);
    expect(first!.statements / size).toBeLessThan(0.3);
  });

  it("tells bytes apart that are no text", () => {
    const hot = createHotSpots(hashKey, () => 0);
    for (const byte of [0x80, 0xff]) hot.notePartition("list", Buffer.from([byte]));
    expect(hot.snapshot().current.partitions[0]!.hottest).toHaveLength(2);
  });

  it("ranks callers and tenants by how long Cassandra worked for them", () => {
    const hot = createHotSpots(hashKey, () => 0);
    hot.noteCaller(caller("often", "acme"), 1);
    hot.noteCaller(caller("often", "acme"), 1);
    hot.noteCaller(caller("heavy"), 30.456);
    const { callers, tenants } = hot.snapshot().current;
    const iss = "https://issuer";
    expect(callers).toEqual([
      { iss, sub: "heavy", client_id: null, cassandra_ms: 30.46, at_least_ms: 30.46, requests: 1 },
      { iss, sub: "often", client_id: null, cassandra_ms: 2, at_least_ms: 2, requests: 2 },
    ]);
    expect(tenants).toEqual([
      { iss, tenant: "acme", cassandra_ms: 2, at_least_ms: 2, requests: 2 },
    ]);
  });

  it("says how heavy the heaviest of the last full minute are, without their names", () => {
    let now = 0;
    const hot = createHotSpots(hashKey, () => now);
    for (let index = 0; index < 20; index++) hot.noteCaller(caller(`caller ${index}`), index + 1);
    hot.noteCaller(caller("heavy", "acme"), 500);
    expect(hot.heaviest()).toEqual({ caller: [], tenant: [] });
    now = 60_000;
    expect(hot.heaviest()).toEqual({
      caller: [500, 20, 19, 18, 17, 16, 15, 14, 13, 12],
      tenant: [500],
    });
    now = 180_000;
    expect(hot.heaviest()).toEqual({ caller: [], tenant: [] });
  });

  it("begins again each minute, and keeps the minute before", () => {
    let now = 0;
    const hot = createHotSpots(hashKey, () => now);
    hot.notePartition("list", ACME);
    now = 59_999;
    expect(hot.snapshot().previous).toBeNull();
    now = 60_000;
    const { current, previous } = hot.snapshot();
    expect([current.partitions, previous?.partitions.length]).toEqual([[], 1]);
    now = 200_000;
    expect(hot.snapshot().previous).toBeNull();
  });

  it("goes on where the clock is set back", () => {
    let now = 100_000;
    const hot = createHotSpots(hashKey, () => now);
    now = 0;
    hot.notePartition("list", ACME);
    expect(hot.snapshot().current.since).toBe("1970-01-01T00:00:00.000Z");
  });
});
