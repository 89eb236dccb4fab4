import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { runAtOnce, type Steps } from "../../runtime/steps.ts";
import { type Code, CODES } from "../../errors/codes.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { AdaptiveLimit } from "./adaptive_limit.ts";
import type { Entry, ReadableEntry } from "./entry.ts";
import { writeLines, type WriteLinesOptions } from "./write_lines.ts";
import { promptly } from "../../tests/support/eventually.ts";

function* blocksOf(count: number, size = 10): Generator<Entry[]> {
  for (let first = 1; first <= count; first += size) {
    const length = Math.min(size, count - first + 1);
    yield Array.from({ length }, (_, index) => ({ line: first + index, value: first + index }));
  }
}

function valueOf(entry: ReadableEntry): unknown {
  return "value" in entry ? entry.value : null;
}

/** Work of a single step. */
// deno-lint-ignore require-yield
function* inOneStep<Result>(work: () => Result): Steps<Result> {
  return work();
}

interface Ran {
  readonly failures: string[];
  readonly outcome: Awaited<ReturnType<typeof writeLines>>;
}

/** Runs with failures as `3 code`, and no delay between attempts; each line goes alone without a key. */
async function run(
  blocks: Iterable<Entry[]> | AsyncIterable<Entry[]>,
  options: Partial<WriteLinesOptions<unknown>> & Pick<WriteLinesOptions<unknown>, "write">,
): Promise<Ran> {
  const failures: string[] = [];
  const outcome = await writeLines<unknown>(ReadableStream.from(blocks), {
    read: (entry) => inOneStep(() => valueOf(entry)),
    run: runAtOnce,
    nextTime: () => 0,
    key: null,
    idempotent: true,
    timeoutMs: 60_000,
    fail: (line, { code }) => failures.push(`${line} ${code}`),
    obstacle: () => null,
    random: () => 0,
    ...options,
  });
  return { failures, outcome };
}

/** Fails the given lines with a code, a number of times. */
function failing(code: Code, { lines, times }: { lines: number[]; times: number }) {
  const attempts = new Map<unknown, number>();
  return {
    attempts,
    // deno-lint-ignore require-await
    write: async ([value]: readonly unknown[]) => {
      const attempt = (attempts.get(value) ?? 0) + 1;
      attempts.set(value, attempt);
      if (lines.includes(value as number) && attempt <= times) {
        throw new ServiceError(code, "Not now", { cause: new Error(`attempt ${attempt}`) });
      }
    },
  };
}

describe("writeLines()", () => {
  it("writes every line once", async () => {
    const { write, attempts } = failing("timeout", { lines: [], times: 0 });
    const { failures, outcome } = await run(blocksOf(1000), { write });
    expect(outcome).toEqual({
      read: 1000,
      written: 1000,
      failed: 0,
      stopped: null,
      broken: undefined,
      cause: undefined,
    });
    expect(failures).toEqual([]);
    expect([attempts.size, new Set(attempts.values())]).toEqual([1000, new Set([1])]);
  });

  it("writes nothing of nothing", async () => {
    const { outcome } = await run([], { write: () => Promise.reject(new Error("called")) });
    expect(outcome).toMatchObject({ read: 0, written: 0, failed: 0, stopped: null });
  });

  const cases: {
    code: Code;
    idempotent: boolean;
    times: number;
    attempts: number;
    fails: boolean;
  }[] = [
    { code: "timeout", idempotent: true, times: 3, attempts: 4, fails: false },
    { code: "overloaded", idempotent: true, times: 1, attempts: 2, fails: false },
    { code: "unavailable", idempotent: true, times: 4, attempts: 4, fails: true },
    { code: "unavailable", idempotent: false, times: 1, attempts: 1, fails: true },
    { code: "outcome_unknown", idempotent: false, times: 1, attempts: 1, fails: true },
    { code: "replica_failure", idempotent: true, times: 1, attempts: 1, fails: true },
    { code: "invalid_input", idempotent: true, times: 1, attempts: 1, fails: true },
    { code: "not_applied", idempotent: false, times: 1, attempts: 1, fails: true },
  ];
  for (const { code, idempotent, times, attempts: expected, fails } of cases) {
    const kind = idempotent ? "an idempotent" : "another";
    it(`attempts ${kind} line ${expected} times where ${code} comes ${times} times`, async () => {
      const { write, attempts } = failing(code, { lines: [7], times });
      const { failures, outcome } = await run(blocksOf(20), { write, idempotent });
      expect(attempts.get(7)).toBe(expected);
      expect(failures).toEqual(fails ? [`7 ${code}`] : []);
      expect(outcome).toMatchObject({ read: 20, written: fails ? 19 : 20, failed: fails ? 1 : 0 });
      // What Cassandra says of a refused value repeats it, and the cause goes to the log.
      const isOfService = fails && CODES[code].status >= 500;
      expect((outcome.cause as Error | undefined)?.message).toBe(
        isOfService ? `attempt ${expected}` : undefined,
      );
    });
  }

  it("does not say that nothing was changed where an earlier attempt may have been carried out", async () => {
    const details: string[] = [];
    const fail = (line: number, { code, detail }: ServiceError) =>
      details.push(`${line} ${code}: ${detail}`);
    const nothing = new ServiceError("unavailable", "Nothing was sent");
    let attempts = 0;
    const write = () =>
      Promise.reject(attempts++ === 0 ? new ServiceError("timeout", "It may be there") : nothing);
    await run(blocksOf(1), { write, fail });
    // A single attempt says what it knows.
    await run(blocksOf(1), { write: () => Promise.reject(nothing), fail, idempotent: false });
    expect(details).toEqual([
      "1 unavailable: The write failed several times, and an earlier attempt may have been carried out: retrying is safe",
      "1 unavailable: Nothing was sent",
    ]);
  });

  it("halves the limit when Cassandra is strained, and not for the sender's mistakes", async () => {
    const strained = new AdaptiveLimit({ start: 32 });
    const { write } = failing("outcome_unknown", { lines: [3], times: 1 });
    await run(blocksOf(5), { write, limit: strained, idempotent: false });
    expect(strained.limit).toBe(16);
    const relaxed = new AdaptiveLimit({ start: 32 });
    await run(blocksOf(5), {
      ...failing("invalid_input", { lines: [1, 2, 3], times: 1 }),
      limit: relaxed,
    });
    expect(relaxed.limit).toBe(32);
  });

  it("keeps no more writes under way than the limit, and reads no further ahead", async () => {
    let underWay = 0;
    let most = 0;
    let given = 0;
    let furthest = 0;
    function* blocks() {
      for (const block of blocksOf(200)) {
        given += block.length;
        yield block;
      }
    }
    const { outcome } = await run(blocks(), {
      limit: new AdaptiveLimit({ start: 4, max: 4 }),
      write: async ([value]) => {
        most = Math.max(most, ++underWay);
        furthest = Math.max(furthest, given - (value as number));
        await new Promise((resolve) => setTimeout(resolve, 0));
        underWay--;
      },
    });
    expect(outcome.written).toBe(200);
    expect(most).toBe(4);
    // The current block, and those that the stream between holds ready.
    expect(furthest).toBeLessThan(40);
  });

  it("reports an entry that could not be read, and continues", async () => {
    const error = new ServiceError("malformed_request", "No JSON");
    const { failures, outcome } = await run([[{ line: 2, error }, { line: 3, value: 3 }]], {
      write: () => Promise.resolve(),
    });
    expect(failures).toEqual(["2 malformed_request"]);
    expect(outcome).toMatchObject({ read: 3, written: 1, failed: 1, cause: undefined });
  });

  it("reports a mistake of the service as one, with its cause", async () => {
    const mistake = new TypeError("Oh");
    const { failures, outcome } = await run(blocksOf(1), { write: () => Promise.reject(mistake) });
    expect(failures).toEqual(["1 internal"]);
    expect(outcome.cause).toBe(mistake);
  });

  it("stops at an obstacle, and finishes requests in flight", async () => {
    let asked = 0;
    const written: unknown[] = [];
    const { outcome } = await run(blocksOf(100, 5), {
      obstacle: () => ++asked > 3 ? "Enough" : null,
      write: async ([value]) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        written.push(value);
      },
    });
    expect(outcome).toMatchObject({ read: 15, written: 15, stopped: "Enough", broken: undefined });
    expect(written).toHaveLength(15);
  });

  it("asks within a long block, too", async () => {
    let asked = 0;
    const { outcome } = await run(blocksOf(4_000, 4_000), {
      obstacle: () => ++asked > 2 ? "Enough" : null,
      write: () => Promise.resolve(),
    });
    expect(outcome).toMatchObject({ read: 2_000, written: 2_000, stopped: "Enough" });
  });

  it("lets others run while it reads a long block", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++);
    await run(blocksOf(10_000, 10_000), {
      write: () => Promise.resolve(),
      read: (entry) =>
        inOneStep(() => {
          const until = performance.now() + 0.01;
          while (performance.now() < until);
          return valueOf(entry);
        }),
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it("reports an entry that is not a row, and continues", async () => {
    const { failures, outcome } = await run(blocksOf(3), {
      read: (entry) =>
        inOneStep(() => {
          const value = valueOf(entry);
          if (value === 2) throw new ServiceError("invalid_input", "Two");
          return value;
        }),
      write: () => Promise.resolve(),
    });
    expect(failures).toEqual(["2 invalid_input"]);
    expect(outcome).toMatchObject({ read: 3, written: 2, failed: 1 });
  });

  it("writes what came before the upload broke off", async () => {
    async function* breaking() {
      yield* blocksOf(25);
      await Promise.resolve();
      throw new Error("gone");
    }
    const { outcome } = await run(breaking(), {
      write: () => new Promise((resolve) => setTimeout(resolve, 5)),
    });
    expect(outcome).toMatchObject({ read: 25, written: 25, failed: 0, stopped: null });
    expect((outcome.broken as Error).message).toBe("gone");
  });
});

describe("writeLines() with a key", () => {
  /** Ten rows in a partition. */
  const key = {
    partition: (row: unknown) => String(Math.floor((row as number) / 10)),
    row: (row: unknown) => String(row),
    compare: (one: unknown, other: unknown) => (one as number) - (other as number),
    size: () => 1,
  };

  it("fills a group from blocks that come one after the other", async () => {
    const sizes: number[] = [];
    const { outcome } = await run(blocksOf(100, 3), {
      key,
      write: (rows) => {
        sizes.push(rows.length);
        return Promise.resolve();
      },
    });
    expect(sizes).toEqual(
      Array(11).fill(0).map((_, index) => index === 0 ? 9 : index === 10 ? 1 : 10),
    );
    expect(outcome).toMatchObject({ read: 100, written: 100 });
  });

  it("does not wait for a sender who has no more for now", async () => {
    const written = Promise.withResolvers<void>();
    async function* stalling() {
      yield [...blocksOf(3)][0]!;
      // Comes to its end only once these are written.
      await promptly("the first lines are written", written.promise);
    }
    const { outcome } = await run(stalling(), {
      key,
      write: () => {
        written.resolve();
        return Promise.resolve();
      },
    });
    expect(outcome).toMatchObject({ read: 3, written: 3 });
  });

  it("writes lines soon whose sender has more all the time", async () => {
    let isWritten = false;
    async function* endless() {
      for (let line = 1; !isWritten; line++) {
        // Each in a partition of its own, so that no group is ever whole.
        yield [{ line, value: line * 10 }];
        await new Promise((resolve) => setImmediate(resolve));
        const until = performance.now() + 0.2;
        while (performance.now() < until);
      }
    }
    const { outcome } = await run(endless(), {
      key,
      write: () => {
        isWritten = true;
        return Promise.resolve();
      },
    });
    expect(outcome.written).toBe(outcome.read);
    expect(outcome.read).toBeLessThan(2_000);
  });

  it("writes what waits for others when it is stopped or breaks off", async () => {
    let asked = 0;
    const write = () => Promise.resolve();
    const { outcome } = await run(blocksOf(6, 3), {
      key,
      write,
      obstacle: () => ++asked > 1 ? "Enough" : null,
    });
    expect(outcome).toMatchObject({ read: 3, written: 3, stopped: "Enough" });
    async function* breaking() {
      yield [...blocksOf(3)][0]!;
      await Promise.resolve();
      throw new Error("gone");
    }
    const broken = await run(breaking(), { key, write });
    expect(broken.outcome).toMatchObject({ read: 3, written: 3, broken: new Error("gone") });
  });

  it("writes the rows of a partition together, each once", async () => {
    const groups: (readonly unknown[])[] = [];
    const { outcome } = await run(blocksOf(35, 35), {
      key,
      write(rows) {
        groups.push(rows);
        return Promise.resolve();
      },
    });
    expect(outcome).toMatchObject({ read: 35, written: 35, failed: 0 });
    expect(groups.map((group) => group.length)).toEqual([9, 10, 10, 6]);
    expect(new Set(groups.flat()).size).toBe(35);
  });

  it("attempts nothing again once the time of a line is up", async () => {
    const { write, attempts } = failing("timeout", { lines: [1], times: 9 });
    const options = { write, timeoutMs: 50, random: () => 0.99 };
    expect((await run(blocksOf(2), options)).failures).toEqual(["1 timeout"]);
    expect([...attempts]).toEqual([[1, 1], [2, 1]]);
  });

  it("attempts a group, and each of its rows, as of one time, which is later than that before", async () => {
    let time = 0;
    const attempts: [unknown, number][] = [];
    const failures = ["timeout", "replica_failure"] as const;
    await run(blocksOf(18, 18), {
      key,
      nextTime: () => ++time,
      write(rows, { time }) {
        attempts.push([rows.join(), time as number]);
        const code = rows.includes(1) ? failures[attempts.length === 1 ? 0 : 1] : undefined;
        if (code === undefined || rows.length === 1) return Promise.resolve();
        return Promise.reject(new ServiceError(code, "Not so"));
      },
    });
    const first = "1,2,3,4,5,6,7,8,9";
    expect(attempts.filter(([rows]) => rows === first)).toEqual([[first, 1], [first, 1]]);
    expect(attempts.find(([rows]) => String(rows).startsWith("10,"))![1]).toBe(2);
    const alone = attempts.filter(([rows]) => !String(rows).includes(","));
    expect(alone).toEqual(first.split(",").map((row) => [row, 1]));
  });

  it("finds the row to blame, and writes the others", async () => {
    const attempts: number[] = [];
    const { failures, outcome } = await run(blocksOf(20, 20), {
      key,
      write(rows) {
        attempts.push(rows.length);
        if (!rows.includes(13)) return Promise.resolve();
        return Promise.reject(new ServiceError("replica_failure", "Thirteen"));
      },
    });
    expect(failures).toEqual(["13 replica_failure"]);
    expect(outcome).toMatchObject({ read: 20, written: 19, failed: 1 });
    expect(attempts.toSorted((a, b) => a - b)).toEqual([...Array(11).fill(1), 9, 10]);
  });

  it("attempts a whole group again where Cassandra is strained, and then says so of each row", async () => {
    let attempts = 0;
    const limit = new AdaptiveLimit({ start: 32 });
    const { failures } = await run(blocksOf(8, 8), {
      key,
      limit,
      write() {
        attempts++;
        return Promise.reject(new ServiceError("timeout", "Not now"));
      },
    });
    expect(attempts).toBe(4);
    expect(failures).toEqual(Array.from({ length: 8 }, (_, index) => `${index + 1} timeout`));
    expect(limit.limit).toBe(2);
  });

  it("stops looking for the row to blame when Cassandra is overloaded", async () => {
    let attempts = 0;
    const details = new Set<string>();
    const failures: string[] = [];
    await run(blocksOf(9, 9), {
      key,
      write(rows) {
        attempts++;
        const code = rows.length > 1 ? "replica_failure" : "unavailable";
        return Promise.reject(new ServiceError(code, "Nothing was sent"));
      },
      fail(line, { code, detail }) {
        failures.push(`${line} ${code}`);
        details.add(detail);
      },
    });
    expect(attempts).toBe(1 + 4);
    // All rows together may have been written by some replicas.
    expect([...details]).toEqual([expect.stringContaining("may have been carried out")]);
    expect(failures).toEqual(Array.from({ length: 9 }, (_, index) => `${index + 1} unavailable`));
  });

  it("looks for no row to blame where none can be", async () => {
    let attempts = 0;
    const { failures } = await run(blocksOf(9, 9), {
      key,
      write() {
        attempts++;
        return Promise.reject(new TypeError("A mistake of the service"));
      },
    });
    expect([attempts, failures.length, failures[0]]).toEqual([1, 9, "1 internal"]);
  });

  it("counts a group as more than one write", async () => {
    let underWay = 0;
    let most = 0;
    const { outcome } = await run(blocksOf(200, 200), {
      key,
      limit: new AdaptiveLimit({ start: 6, max: 6 }),
      write: async () => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setTimeout(resolve, 0));
        underWay--;
      },
    });
    expect(outcome.written).toBe(200);
    expect(most).toBe(2);
  });
});
