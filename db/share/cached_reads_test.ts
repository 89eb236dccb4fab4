import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { CacheOutcome } from "../../observe/observation.ts";
import type { RawResult } from "../driver/internals/driver_types.ts";
import { CachedReads } from "./cached_reads.ts";

type Prepared = Parameters<CachedReads["read"]>[0];
type Times = Parameters<CachedReads["read"]>[1];

const PREPARED = { query: { name: "get_word" }, statement: {} } as Prepared;
const MINUTE_MS = 60_000;
const MAX_BYTES = 20;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function times(ttlMs: number, staleMs = 0): Times {
  return { ttlMs, staleMs } as Times;
}

function resultOf(text: string, length = 1): RawResult {
  const body = Buffer.from(text);
  return {
    columns: [],
    rows: { length, body, offset: 0, end: body.length },
    pagingState: null,
    coordinator: "127.0.0.1:9042",
    traceSession: null,
    warnings: [],
  };
}

/** Reads, and what they ask Cassandra for. */
function createReads() {
  const outcomes: CacheOutcome[] = [];
  const cached = new CachedReads({
    maxBytes: 1_000_000,
    observe: (seen) => seen.kind === "cached_read" && outcomes.push(seen.outcome),
  });
  /** Each refresh that was asked for, to be answered by the test. */
  const refreshes: PromiseWithResolvers<RawResult>[] = [];
  async function read(
    fetch: string | RawResult | Error | Promise<RawResult>,
    lives: Times,
    { key = "a", isRenewed = false } = {},
  ) {
    const identity = {
      bound: [Buffer.from(key)],
      maxRows: 1,
      maxBytes: MAX_BYTES,
      pagingState: undefined,
    };
    const { result, ageMs } = await cached.read(PREPARED, lives, {
      identity,
      isRenewed,
      fetch: () => {
        if (fetch instanceof Error) return Promise.reject(fetch);
        return Promise.resolve(typeof fetch === "string" ? resultOf(fetch) : fetch);
      },
      refresh: () => {
        const refresh = Promise.withResolvers<RawResult>();
        refreshes.push(refresh);
        return refresh.promise;
      },
    });
    const { body, offset, end } = result.rows;
    return { text: body.toString("utf8", offset, end), ageMs };
  }
  return { read, refreshes, outcomes, cached };
}

describe("CachedReads", () => {
  it("ask once, and then give out what is kept with its age", async () => {
    const { read, outcomes, cached } = createReads();
    const askedAt = performance.now();
    expect(await read("first", times(MINUTE_MS))).toEqual({ text: "first", ageMs: 0 });
    await sleep(5);
    const { text, ageMs } = await read("second", times(MINUTE_MS));
    expect(text).toBe("first");
    expect(ageMs).toBeGreaterThan(0);
    // However slow the machine is, it is no older than the question.
    expect(ageMs).toBeLessThanOrEqual(performance.now() - askedAt);
    expect((await read("other", times(MINUTE_MS), { key: "b" })).text).toBe("other");
    expect(outcomes).toEqual(["miss", "hit", "miss"]);
    expect(cached.readCache().entries).toBe(2);
  });

  it("keep nothing of a read that fails", async () => {
    const { read } = createReads();
    await expect(read(new Error("no"), times(MINUTE_MS))).rejects.toThrow("no");
    expect((await read("first", times(MINUTE_MS))).text).toBe("first");
  });

  it("ask on behalf of a caller who wants the latest, and keep that", async () => {
    const { read } = createReads();
    await read("first", times(MINUTE_MS));
    const renewed = await read("second", times(MINUTE_MS), { isRenewed: true });
    expect(renewed).toEqual({ text: "second", ageMs: 0 });
    expect((await read("third", times(MINUTE_MS))).text).toBe("second");
  });

  it("give out what is stale while they refresh it once", async () => {
    const { read, refreshes, outcomes } = createReads();
    await read("old", times(20, MINUTE_MS));
    await sleep(30);
    // What they refresh is fresh for long, however slow the machine is.
    const lives = times(MINUTE_MS, MINUTE_MS);
    for (const each of [1, 2, 3]) {
      expect([each, (await read("", lives)).text]).toEqual([each, "old"]);
    }
    expect(refreshes.length).toBe(1);
    refreshes[0]!.resolve(resultOf("new"));
    await sleep(0);
    expect((await read("", times(MINUTE_MS))).text).toBe("new");
    expect(outcomes).toEqual(["miss", "stale", "stale", "stale", "hit"]);
  });

  const USELESS:
    readonly (readonly [string, (refresh: PromiseWithResolvers<RawResult>) => void])[] = [
      ["that fails", (refresh) => refresh.reject(new Error("away"))],
      [
        "whose rows are not kept",
        (refresh) => refresh.resolve(resultOf("x".repeat(MAX_BYTES + 1), 2)),
      ],
    ];
  for (const [what, end] of USELESS) {
    it(`go on with what is stale after a refresh ${what}, and do not try again at once`, async () => {
      const { read, refreshes } = createReads();
      const lives = times(20, MINUTE_MS);
      await read("old", lives);
      await sleep(30);
      await read("", lives);
      end(refreshes[0]!);
      await sleep(0);
      expect((await read("", lives)).text).toBe("old");
      expect(refreshes.length).toBe(1);
      await sleep(1_010);
      expect((await read("", lives)).text).toBe("old");
      expect(refreshes.length).toBe(2);
    });
  }

  it("count the time that Cassandra took as age: rows may be as old as the question", async () => {
    const { read } = createReads();
    const slow = sleep(30).then(() => resultOf("slow"));
    expect(await read(slow, times(MINUTE_MS))).toEqual({ text: "slow", ageMs: 0 });
    expect((await read("", times(MINUTE_MS))).ageMs).toBeGreaterThanOrEqual(29);
  });

  it("drop a refresh that comes after the answer to a later question", async () => {
    const { read, refreshes } = createReads();
    const lives = times(20, MINUTE_MS);
    await read("old", lives);
    await sleep(30);
    await read("", lives);
    await sleep(2);
    await read("written since", times(MINUTE_MS), { isRenewed: true });
    refreshes[0]!.resolve(resultOf("older"));
    await sleep(0);
    expect((await read("", times(MINUTE_MS))).text).toBe("written since");
  });

  it("ask again for what is too old", async () => {
    const { read, refreshes } = createReads();
    await read("old", times(20));
    await sleep(30);
    expect((await read("new", times(20))).text).toBe("new");
    expect(refreshes.length).toBe(0);
  });

  it("keep no rows that are too many bytes for the reader, who asks for fewer, but for a single one", async () => {
    const { read } = createReads();
    const wide = "x".repeat(MAX_BYTES + 1);
    await read(resultOf(wide, 2), times(MINUTE_MS));
    expect((await read("fewer", times(MINUTE_MS))).text).toBe("fewer");
    await read(resultOf(wide), times(MINUTE_MS), { key: "b" });
    expect((await read("again", times(MINUTE_MS), { key: "b" })).text).toBe(wide);
  });

  it("keep an answer once that several callers come with", async () => {
    const { read, cached } = createReads();
    const shared = resultOf("shared");
    const lives = times(MINUTE_MS);
    await read(shared, lives);
    await sleep(30);
    await read(shared, lives, { isRenewed: true });
    expect(cached.readCache().entries).toBe(1);
    // It is as old as when the first of them came with it.
    expect((await read("", lives)).ageMs).toBeGreaterThanOrEqual(30);
  });
});
