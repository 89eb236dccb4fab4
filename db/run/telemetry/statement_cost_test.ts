import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { Attempts } from "../../driver/timing/attempts.ts";
import { costOf } from "./statement_cost.ts";

const ANSWER = { length: 3, body: Buffer.alloc(100), offset: 20, end: 90 };

function sentAt(...times: number[]): Attempts {
  const attempts = new Attempts();
  for (const time of times) attempts.noteSent(time);
  return attempts;
}

describe("costOf()", () => {
  it("counts rows and bytes each way, and what was waited for since the last attempt", () => {
    const bound = [[Buffer.from("four"), null], [undefined, Buffer.from("56")]];
    const attempts = sentAt(1_000, 1_030);
    attempts.notePreparedAgain();
    expect(costOf({ attempts, bound, answer: ANSWER, writes: true, now: 1_040 })).toEqual({
      serverMs: 10,
      attempts: 2,
      preparedAgain: 1,
      rowsSent: 2,
      bytesSent: 6,
      rowsReceived: 3,
      bytesReceived: 70,
    });
  });

  it("says that a read sends values, and no row", () => {
    const bound = [[Buffer.from("four")]];
    const cost = costOf({ attempts: sentAt(5), bound, answer: null, writes: false, now: 6 });
    expect(cost).toMatchObject({ rowsSent: 0, bytesSent: 4, rowsReceived: 0, bytesReceived: 0 });
  });

  it("says that nothing went out, and nobody waited, where it was never sent", () => {
    const bound = [[Buffer.from("four")]];
    const cost = costOf({ attempts: sentAt(), bound, answer: null, writes: true, now: 9_000 });
    expect(cost).toMatchObject({ serverMs: 0, attempts: 0, rowsSent: 0, bytesSent: 0 });
  });
});
