import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { WriteTimes } from "./write_times.ts";

/** The times of a clock that shows these milliseconds, one after the other. */
function timesOf(...shown: number[]): number[] {
  const left = [...shown];
  const times = new WriteTimes(() => left.shift()!);
  return shown.map(() => times.next());
}

describe("WriteTimes", () => {
  it("gives the clock's time in microseconds", () => {
    expect(timesOf(5_000, 5_001.5)).toEqual([5_000_000, 5_001_500]);
  });

  it("gives no time twice, though the clock stands still or is set back a little", () => {
    expect(timesOf(5_000, 5_000, 4_500, 5_001)).toEqual([
      5_000_000,
      5_000_001,
      5_000_002,
      5_001_000,
    ]);
  });

  it("follows a clock that is set back by a second or more", () => {
    expect(timesOf(5_000, 4_000.001, 4_000, 3_000)).toEqual([
      5_000_000,
      5_000_001,
      4_000_000,
      3_000_000,
    ]);
  });
});
