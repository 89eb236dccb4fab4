import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { ServiceError } from "../../errors/service_error.ts";
import type { Observation } from "../../observe/observation.ts";
import { type ServingSlot, Stopwatch } from "../../observe/stopwatch.ts";
import { eventually } from "../../tests/support/eventually.ts";
import type { RawResult } from "../driver/internals/driver_types.ts";
import type { SharedRead } from "./shared_read.ts";
import { SharedReads } from "./shared_reads.ts";

const QUERY = { query: { name: "get_word" }, statement: {} } as Parameters<SharedReads["read"]>[0];
const MINUTE_MS = 60_000;
/** A flight waits no longer for the one before it. */
const MAX_WAIT_MS = 50;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Reads whose statements the test answers itself. */
function createReads() {
  const observed: Observation[] = [];
  const reads = new SharedReads((observation) => observed.push(observation));
  const sent: {
    readonly by: string;
    readonly deadline: number;
    answer(text: string): void;
    fail(error: unknown): void;
  }[] = [];

  /** @param by names the caller: what is sent on behalf of it */
  function read(
    by: string,
    { key = "a", waitMs = MINUTE_MS, prepared = QUERY, slot = null as ServingSlot | null } = {},
  ) {
    const identity = {
      bound: [Buffer.from(key)],
      maxRows: 1,
      maxBytes: 1,
      pagingState: undefined,
    };
    const deadline = performance.now() + waitMs;
    const send: SharedRead["send"] = (deadline) => {
      const { promise, resolve, reject } = Promise.withResolvers<RawResult>();
      const answer = (coordinator: string) => resolve({ coordinator } as RawResult);
      sent.push({ by, deadline, answer, fail: reject });
      return promise;
    };
    const request = { id: by, traces: null, ageMs: null, queuedMs: 0, slot };
    const read = { identity, deadline, stopwatch: new Stopwatch(request), send };
    return reads.read(prepared, read).then(({ coordinator }) => coordinator);
  }
  return { read, sent, observed, senders: () => sent.map(({ by }) => by) };
}

describe("SharedReads", () => {
  it("sends a read at once that is alone, however many came before it", async () => {
    const { read, sent, observed, senders } = createReads();
    for (const by of ["first", "second"]) {
      const answer = read(by);
      expect(senders().at(-1)).toBe(by);
      sent.at(-1)!.answer(by);
      expect(await answer).toBe(by);
    }
    expect(observed).toEqual([]);
  });

  it("gives those who come meanwhile the next answer, and never one that was asked for before", async () => {
    const { read, sent, observed, senders } = createReads();
    const first = read("first");
    const others = [read("second"), read("third"), read("fourth")];
    expect(senders()).toEqual(["first"]);
    sent[0]!.answer("old");
    expect(await first).toBe("old");
    expect(senders()).toEqual(["first", "second"]);
    const last = read("fifth");
    sent[1]!.answer("new");
    expect(await Promise.all(others)).toEqual(["new", "new", "new"]);
    expect(senders()).toEqual(["first", "second", "fifth"]);
    sent[2]!.answer("newest");
    expect(await last).toBe("newest");
    expect(observed).toEqual([{ kind: "shared_reads", query: "get_word", count: 2 }]);
  });

  it("shares nothing between other values, nor between other statements", async () => {
    const { read, sent, senders } = createReads();
    const other = { ...QUERY, statement: {} } as typeof QUERY;
    const answers = [read("a"), read("b", { key: "b" }), read("other", { prepared: other })];
    expect(senders()).toEqual(["a", "b", "other"]);
    for (const { by, answer } of sent) answer(by);
    expect(await Promise.all(answers)).toEqual(["a", "b", "other"]);
  });

  it("shares between the views of a query, which have one statement", () => {
    const { read, senders } = createReads();
    read("open");
    read("masked", { prepared: { ...QUERY } as typeof QUERY });
    expect(senders()).toEqual(["open"]);
  });

  it("gives each of them an error of its own", async () => {
    const { read, sent } = createReads();
    const failures = [read("first"), read("second"), read("third")].map((answer) =>
      answer.then(() => null, (error: unknown) => error)
    );
    sent[0]!.answer("fine");
    await failures[0];
    const cause = new Error("why");
    sent[1]!.fail(
      new ServiceError("overloaded", "Retry later", { cause, headers: { "retry-after": "1" } }),
    );
    const [, second, third] = await Promise.all(failures) as [null, ServiceError, ServiceError];
    expect(second).not.toBe(third);
    for (const error of [second, third]) {
      expect(error).toMatchObject({
        code: "overloaded",
        detail: "Retry later",
        cause,
        headers: { "retry-after": "1" },
      });
    }
  });

  it("goes on after a failure", async () => {
    const { read, sent, senders } = createReads();
    const first = read("first").catch(() => "failed");
    const second = read("second");
    sent[0]!.fail(new Error("no"));
    expect(await first).toBe("failed");
    sent[1]!.answer("fine");
    expect(await second).toBe("fine");
    read("third");
    expect(senders()).toEqual(["first", "second", "third"]);
  });

  it("lets each wait until its own deadline, and the statement until the last", async () => {
    const { read, sent } = createReads();
    const first = read("first");
    const startedAt = performance.now();
    const patient = read("patient");
    const hasty = read("hasty", { waitMs: 60 }).catch((error: ServiceError) => error.code);
    const last = read("most patient", { waitMs: 2 * MINUTE_MS });
    sent[0]!.answer("old");
    await first;
    expect(sent[1]!.deadline).toBeGreaterThanOrEqual(startedAt + 2 * MINUTE_MS);
    expect(await hasty).toBe("timeout");
    sent[1]!.answer("new");
    expect(await Promise.all([patient, last])).toEqual(["new", "new"]);
  });

  it("sends nothing for those who have left before", async () => {
    const { read, sent, senders, first } = await eventually(
      "the machine does not pause for so long that the second is sent before it leaves",
      async () => {
        const startedAt = performance.now();
        const reads = createReads();
        const first = reads.read("first");
        const second = reads.read("second", { waitMs: 1 }).catch(({ code }) => code);
        expect(await second).toBe("timeout");
        return performance.now() - startedAt < MAX_WAIT_MS && { ...reads, first };
      },
    );
    sent[0]!.answer("old");
    await first;
    expect(senders()).toEqual(["first"]);
    read("third");
    expect(senders()).toEqual(["first", "third"]);
  });

  it("does not wait long for an answer that does not come", async () => {
    const { read, sent, senders } = createReads();
    read("stuck");
    const others = [read("second"), read("third")];
    await sleep(200);
    expect(senders()).toEqual(["stuck", "second"]);
    sent[1]!.answer("fine");
    expect(await Promise.all(others)).toEqual(["fine", "fine"]);
    const last = read("last");
    await sleep(200);
    expect(senders()).toEqual(["stuck", "second", "last"]);
    sent[2]!.answer("fine");
    expect(await last).toBe("fine");
  });

  it("lets thousands go some at a time, in the order in which they came", async () => {
    const { read, sent, senders } = createReads();
    const first = read("first");
    const gone: number[] = [];
    const others = Array.from({ length: 1_000 }, async (_, index) => {
      await read("other");
      gone.push(index);
    });
    sent[0]!.answer("old");
    await first;
    const last = read("last").then(() => gone.push(1_000));
    sent[1]!.answer("new");
    await new Promise((resolve) => setImmediate(resolve));
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.length).toBeLessThan(1_000);
    // The next statement is for all who come while these go.
    expect(senders()).toEqual(["first", "other"]);
    await Promise.all(others);
    await sleep(0);
    expect(senders()).toEqual(["first", "other", "last"]);
    sent[2]!.answer("newest");
    await last;
    expect(gone).toEqual(Array.from({ length: 1_001 }, (_, index) => index));
  });

  it("ends the wait of those whose time is up while others go", async () => {
    const { read, sent } = createReads();
    const first = read("first");
    const others = Array.from({ length: 1_000 }, () => read("other"));
    const hasty = read("hasty", { waitMs: 1 }).catch((error: ServiceError) => error.code);
    sent[0]!.answer("old");
    await first;
    sent[1]!.answer("new");
    const until = performance.now() + 5;
    while (performance.now() < until);
    expect(await hasty).toBe("timeout");
    expect(new Set(await Promise.all(others))).toEqual(new Set(["new"]));
  });

  it("gives the slot of a request to others while it waits for their statement", async () => {
    const { read, sent } = createReads();
    const log: string[] = [];
    const slotOf = (name: string): ServingSlot => ({
      hasSteppedAside: false,
      stepAside: () => log.push(`${name} aside`),
      comeBack: () => log.push(`${name} back`),
    });
    const first = read("first", { slot: slotOf("first") });
    const others = ["second", "third"].map((by) => read(by, { slot: slotOf(by) }));
    expect(log).toEqual(["second aside", "third aside"]);
    sent[0]!.answer("old");
    await first;
    // Its own statement is sent now.
    expect(log.slice(2)).toEqual(["second back"]);
    sent[1]!.answer("new");
    await Promise.all(others);
    expect(log.slice(3).sort()).toEqual(["second back", "third back"]);
  });

  it("keeps the slot of a request that brought much", () => {
    const { read } = createReads();
    const key = "x".repeat(9_000);
    let aside = 0;
    const slot = { hasSteppedAside: false, stepAside: () => aside++, comeBack: () => {} };
    read("first", { key });
    read("second", { key, slot });
    expect(aside).toBe(0);
  });
});
