import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { PreparedStatement, RawResult } from "../driver/internals/driver_types.ts";
import { AnswerCache, type Reads } from "./answer_cache.ts";

const STATEMENT = {} as PreparedStatement;
const MAX_BYTES = 32_000;
/** As large as the largest that is kept. */
const LARGEST = MAX_BYTES / 8 - 1_100;

function readsOf(key: string, { hash = key.charCodeAt(0), statement = STATEMENT } = {}): Reads {
  const bound = [Buffer.from(key)];
  return {
    statement,
    hash,
    identity: { bound, maxRows: 1, maxBytes: 1, pagingState: undefined },
  };
}

function resultOf(bytes: number): RawResult {
  const body = Buffer.alloc(bytes + 20, "x");
  return {
    columns: [],
    rows: { length: 1, body, offset: 10, end: bytes + 10 },
    pagingState: null,
    coordinator: "127.0.0.1:9042",
    traceSession: "session",
    warnings: ["careful"],
  };
}

function answerOf(bytes: number, { askedAt = 0, forMs = 100 } = {}) {
  return {
    result: resultOf(bytes),
    askedAt,
    freshUntil: askedAt + forMs / 2,
    staleUntil: askedAt + forMs,
    refreshAt: askedAt,
  };
}

describe("AnswerCache", () => {
  it("finds what is kept, for the same statement and bytes alone", () => {
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    cache.keep(readsOf("a"), answerOf(10), 0);
    const found = cache.find(readsOf("a"), 50)!;
    expect(found.result.rows.length).toBe(1);
    expect(cache.find(readsOf("b"), 50)).toBe(null);
    expect(cache.find(readsOf("b", { hash: readsOf("a").hash }), 50)).toBe(null);
    expect(cache.find(readsOf("a", { statement: {} as PreparedStatement }), 50)).toBe(null);
  });

  it("keeps the bytes of the rows and no others, and nothing that is about the statement", () => {
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    const reads = readsOf("a");
    cache.keep(reads, answerOf(10), 0);
    reads.identity.bound[0]!.fill(0);
    const { rows, ...result } = cache.find(readsOf("a"), 50)!.result;
    expect(rows).toMatchObject({ offset: 0, end: 10 });
    expect(rows.body.toString("latin1", 0, 10)).toBe("x".repeat(10));
    // Beside the rows it has the value that is bound, and two lengths.
    expect(rows.body.buffer.byteLength).toBe(10 + 1 + 8);
    expect(result).toMatchObject({ warnings: [], traceSession: null });
  });

  it("lets go of what is too old", () => {
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    cache.keep(readsOf("a"), answerOf(10), 0);
    expect(cache.find(readsOf("a"), 99)).not.toBe(null);
    expect(cache.find(readsOf("a"), 100)).toBe(null);
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });

  it("replaces an answer by a newer one", () => {
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    cache.keep(readsOf("a"), answerOf(10), 0);
    const { bytes } = cache;
    cache.keep(readsOf("a"), answerOf(20, { askedAt: 60 }), 60);
    expect([cache.size, cache.bytes]).toEqual([1, bytes + 10]);
    expect(cache.find(readsOf("a"), 120)!.askedAt).toBe(60);
  });

  it("drops an answer that was asked for before the one that it keeps", () => {
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    cache.keep(readsOf("a"), answerOf(20, { askedAt: 60 }), 70);
    cache.keep(readsOf("a"), answerOf(10, { askedAt: 50 }), 80);
    expect(cache.find(readsOf("a"), 90)).toMatchObject({
      askedAt: 60,
      result: { rows: { end: 20 } },
    });
    // Of another read with the same hash, the later is kept.
    cache.keep(readsOf("b", { hash: readsOf("a").hash }), answerOf(10, { askedAt: 50 }), 90);
    expect(cache.find(readsOf("a"), 90)).toBe(null);
    expect(cache.size).toBe(1);
  });

  it("counts what an entry takes, many small values included", () => {
    const bound = Array.from({ length: 10 }, () => Buffer.alloc(8));
    const identity = { bound, maxRows: 1, maxBytes: 1, pagingState: Buffer.alloc(3) };
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    cache.keep({ statement: STATEMENT, hash: 1, identity }, answerOf(40), 0);
    expect(cache.bytes).toBe(1_024 + 10 * (4 + 8) + 4 + 3 + 40);
  });

  it("keeps no more bytes than it may: what was used least recently goes first", () => {
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    const keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for (const key of keys) cache.keep(readsOf(key), answerOf(LARGEST), 0);
    expect([cache.size, cache.evicted]).toEqual([8, 0]);
    cache.find(readsOf("a"), 50);
    cache.keep(readsOf("i"), answerOf(LARGEST), 0);
    expect(cache.bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(cache.evicted).toBe(1);
    expect(cache.find(readsOf("b"), 50)).toBe(null);
    expect(cache.find(readsOf("a"), 50)).not.toBe(null);
    expect(cache.find(readsOf("i"), 50)).not.toBe(null);
  });

  it("makes room of what is too old before anything else is counted as pushed out", () => {
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    for (const key of ["a", "b", "c"]) cache.keep(readsOf(key), answerOf(LARGEST), 0);
    cache.keep(readsOf("d"), answerOf(10, { askedAt: 200 }), 200);
    expect([cache.size, cache.evicted]).toEqual([1, 0]);
  });

  it("does not keep what would push out too much, nor what that was to replace", () => {
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    cache.keep(readsOf("a"), answerOf(10), 0);
    cache.keep(readsOf("a"), answerOf(MAX_BYTES / 8), 0);
    expect([cache.size, cache.bytes, cache.evicted]).toEqual([0, 0, 0]);
  });

  it("keeps nothing where it has no bytes", () => {
    const cache = new AnswerCache({ maxBytes: 0 });
    cache.keep(readsOf("a"), answerOf(0), 0);
    expect(cache.size).toBe(0);
  });

  it("keeps the text of rows while there is room, and counts it", () => {
    const cache = new AnswerCache({ maxBytes: MAX_BYTES });
    cache.keep(readsOf("a"), answerOf(10), 0);
    const [open, masked] = [{}, {}];
    const textsOf = (key: string) => cache.find(readsOf(key), 50)!.result.rows.texts!;
    const { bytes } = cache;
    textsOf("a").set(open, new Uint8Array(1_000));
    expect(textsOf("a").get(open)!.length).toBe(1_000);
    expect(textsOf("a").get(masked)).toBe(undefined);
    expect(cache.bytes).toBe(bytes + 1_000 + 256);
    // No answer goes for a text.
    cache.keep(readsOf("b"), answerOf(10), 0);
    textsOf("b").set(open, new Uint8Array(MAX_BYTES));
    expect(textsOf("b").get(open)).toBe(undefined);
    expect([cache.size, cache.evicted]).toEqual([2, 0]);
    // The text of an answer that has gone counts for nothing.
    const gone = textsOf("a");
    cache.keep(readsOf("a"), answerOf(10, { askedAt: 60 }), 60);
    gone.set(masked, new Uint8Array(1_000));
    expect([gone.get(masked), textsOf("a").get(open)]).toEqual([undefined, undefined]);
    expect(cache.bytes).toBe(2 * bytes);
  });
});
