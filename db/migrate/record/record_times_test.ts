import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { RecordTimes } from "./record_times.ts";

/** A process whose clock shows these microseconds. */
class Process {
  constructor(public nowUs: number) {}

  nextWriteTime(): number {
    return this.nowUs;
  }
}

describe("RecordTimes", () => {
  it("are those of the clock, unless the record is ahead of it", () => {
    expect(new RecordTimes(new Process(5_000_000), 0).next()).toBe(5_000_001);
    const behind = new RecordTimes(new Process(5_000_000), 9_000_000);
    expect([behind.next(), behind.next()]).toEqual([9_001_001, 9_001_002]);
    expect(behind.lead()).toEqual({
      latest: new Date(9_001.002),
      leadMs: expect.closeTo(4_001.002),
    });
  });

  it("of a process that has lost its lease are earlier than those of the next", () => {
    const process = new Process(5_000_000);
    const lost = new RecordTimes(process, 0);
    const intent = lost.next();
    process.nowUs = 60_000_000;
    const next = new RecordTimes(new Process(50_000_000), intent);
    expect(lost.next()).toBeLessThan(next.next());
    lost.followClock();
    expect(lost.next()).toBe(60_000_001);
  });
});
