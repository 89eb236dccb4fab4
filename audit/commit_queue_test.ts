import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually, promptly } from "../tests/support/eventually.ts";
import {
  CommitFailed,
  CommitQueue,
  type CommitQueueOptions,
  type WriteReport,
} from "./commit_queue.ts";

const encode = (text: string) => new TextEncoder().encode(`${text}\n`);

/** A sink that a test holds back and lets fail, and what it has taken. */
function createSink() {
  const writes: string[][] = [];
  let gate = Promise.withResolvers<void>();
  let isHeld = false;
  return {
    writes,
    get lines() {
      return writes.flat();
    },
    failure: null as Error | null,
    hold() {
      isHeld = true;
      gate = Promise.withResolvers();
    },
    release() {
      isHeld = false;
      gate.resolve();
    },
    async write(bytes: Uint8Array) {
      if (isHeld) await promptly("the test lets it be written", gate.promise);
      if (this.failure !== null) throw this.failure;
      writes.push(new TextDecoder().decode(bytes).trimEnd().split("\n"));
    },
    close: () => Promise.resolve(),
  };
}

function createQueue(options: Partial<CommitQueueOptions> = {}) {
  const sink = createSink();
  const reports: WriteReport[] = [];
  const queue = new CommitQueue({
    sink,
    onWrite: (report) => reports.push(report),
    droppedLine: (count) => encode(`dropped ${count}`),
    ...options,
  });
  return { sink, reports, queue };
}

const intent = { keeps: false };
const outcome = { keeps: true };

describe("CommitQueue", () => {
  it("writes lines in order, and those that come during a write together", async () => {
    const { sink, queue } = createQueue();
    sink.hold();
    const first = queue.commit(encode("0"), outcome);
    await Promise.resolve();
    await Promise.resolve();
    const others = ["1", "2", "3"].map((line) => queue.commit(encode(line), outcome));
    queue.offer(encode("4"), "full");
    sink.release();
    await Promise.all([first, ...others]);
    await queue.flush(30_000);
    expect(sink.writes).toEqual([["0"], ["1", "2", "3", "4"]]);
  });

  it("writes a line that comes as soon as the last write has ended", async () => {
    const late: Promise<void>[] = [];
    const { sink, queue } = createQueue({
      // Before what waits for the end of the write inside hears of it.
      onWrite: () => {
        if (late.length > 0) return;
        late.push(Promise.resolve().then(() => queue.commit(encode("late"), outcome)));
      },
    });
    await queue.commit(encode("first"), outcome);
    await promptly("it is written", Promise.all(late));
    expect(sink.lines).toEqual(["first", "late"]);
  });

  it("writes a mebibyte at once at most, but for a line that is longer", async () => {
    const { sink, queue } = createQueue();
    sink.hold();
    const mebibyte = 1024 * 1024;
    // A line has its end, too.
    const lines = [mebibyte, mebibyte / 2 - 1, mebibyte / 2 - 1, 1].map((length) =>
      "x".repeat(length)
    );
    for (const line of lines) queue.offer(encode(line), "full");
    sink.release();
    await queue.flush(30_000);
    const [long, half, otherHalf, short] = lines;
    expect(sink.writes).toEqual([[long], [half, otherHalf], [short]]);
  });

  it("resolves a commit when its line is written, and not before", async () => {
    const { sink, queue } = createQueue();
    sink.hold();
    let isDone = false;
    const commit = queue.commit(encode("0"), outcome).then(() => isDone = true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isDone).toBe(false);
    sink.release();
    await commit;
    expect(sink.lines).toEqual(["0"]);
  });

  it("drops what finds no room, light lines first, and says how many", async () => {
    const { sink, queue } = createQueue({ maxWaitingBytes: 100 });
    sink.hold();
    const line = (name: string) => encode(name.padEnd(9, "."));
    const taken = Array.from({ length: 8 }, (_, n) => queue.offer(line(`light${n}`), "light"));
    expect(taken).toEqual([true, true, true, true, true, false, false, false]);
    const full = Array.from({ length: 7 }, (_, n) => queue.offer(line(`full${n}`), "full"));
    expect(full).toEqual([true, true, true, true, true, false, false]);
    sink.release();
    await queue.flush(30_000);
    expect(sink.lines).toHaveLength(11);
    expect(sink.lines.at(-1)).toBe("dropped 5");
  });

  it("rejects a commit that fails: an intent is given up, an outcome is written later", async () => {
    const { sink, queue, reports } = createQueue();
    sink.failure = new Error("No space left on device");
    const results = await Promise.allSettled([
      queue.commit(encode("intent"), intent),
      queue.commit(encode("outcome"), outcome),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect((results[0] as PromiseRejectedResult).reason).toBeInstanceOf(CommitFailed);
    expect(reports[0]).toMatchObject({ written: 0, failure: sink.failure });
    expect(queue.isStuck).toBe(true);
    // Nothing waits for a log that is known to fail.
    await expect(queue.commit(encode("later intent"), intent)).rejects.toThrow(CommitFailed);
    await expect(queue.commit(encode("later outcome"), outcome)).rejects.toThrow(CommitFailed);
    sink.failure = null;
    await queue.flush(30_000);
    expect(sink.lines).toEqual(["outcome", "later outcome"]);
    expect(queue.isStuck).toBe(false);
    await queue.commit(encode("intent"), intent);
    expect(sink.lines.at(-1)).toBe("intent");
  });

  it("rejects a commit that takes too long, and takes none until it goes on", async () => {
    const { sink, queue } = createQueue({ commitTimeoutMs: 50 });
    sink.hold();
    const started = queue.commit(encode("0"), outcome);
    await Promise.resolve();
    await Promise.resolve();
    const waiting = [
      queue.commit(encode("intent"), intent),
      queue.commit(encode("outcome"), outcome),
    ];
    for (const commit of [started, ...waiting]) await expect(commit).rejects.toThrow(CommitFailed);
    expect(queue.isStuck).toBe(true);
    await expect(queue.commit(encode("later"), intent)).rejects.toThrow(CommitFailed);
    sink.release();
    await queue.flush(30_000);
    expect(sink.lines).toEqual(["0", "outcome"]);
  });

  it("reports a write that takes too long, again and again, and counts its lines as waiting", async () => {
    const { sink, reports, queue } = createQueue({ commitTimeoutMs: 20 });
    sink.hold();
    queue.offer(encode("0"), "full");
    await eventually("it is reported twice", () => reports.length > 1);
    queue.offer(encode("1"), "full");
    expect(queue.waiting).toBe(2);
    for (const { written, failure } of reports) {
      expect([written, String(failure)])
        .toEqual([0, expect.stringContaining("A write has not ended for")]);
    }
    sink.release();
    await queue.flush(30_000);
    expect([sink.lines, queue.waiting]).toEqual([["0", "1"], 0]);
    expect(reports.at(-1)).toEqual({ written: 1, failure: undefined });
  });

  it("tries again what nobody waits for, until it is written", async () => {
    const { sink, queue, reports } = createQueue();
    sink.failure = new Error("Gone");
    queue.offer(encode("0"), "full");
    await eventually("it is tried again", () => reports.length > 1);
    sink.failure = null;
    await queue.flush(30_000);
    expect(sink.lines).toEqual(["0"]);
  });

  it("gives up flushing when the time is over", async () => {
    const { sink, queue } = createQueue();
    sink.hold();
    queue.offer(encode("0"), "full");
    queue.offer(encode("1"), "full");
    await queue.flush(50);
    expect(sink.lines).toEqual([]);
    sink.release();
    await queue.flush(30_000);
  });

  it("tries no more once it is closed", async () => {
    const { sink, reports, queue } = createQueue();
    sink.failure = new Error("The disk is full");
    queue.offer(encode("0"), "full");
    await eventually("it has been tried", () => reports.length > 0);
    await queue.close(0);
    // What waits for the next attempt is woken, so that nothing is left behind.
    sink.failure = null;
    await promptly("it is given up", queue.flush(Infinity));
    await expect(queue.commit(encode("1"), outcome)).rejects.toThrow(CommitFailed);
    expect([sink.lines, queue.missing]).toEqual([[], 2]);
  });

  it("takes nothing once it is closed, and counts it as missing", async () => {
    const { sink, queue } = createQueue();
    await queue.commit(encode("0"), outcome);
    await queue.close(0);
    expect(queue.offer(encode("1"), "full")).toBe(false);
    await expect(queue.commit(encode("2"), outcome)).rejects.toThrow(CommitFailed);
    expect([queue.waiting, queue.missing]).toEqual([0, 2]);
    await queue.close(1_000);
    expect(sink.lines).toEqual(["0"]);
  });
});
