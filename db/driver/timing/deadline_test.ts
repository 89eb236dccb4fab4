import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Alarms } from "../../../runtime/alarms.ts";
import { Deadline, DeadlinePassed } from "./deadline.ts";

/** Longer than a machine pauses between two statements of a test. */
const SOON_MS = 300;

function soon(): Deadline {
  return new Deadline(performance.now() + SOON_MS, new Alarms());
}

function passed(): Deadline {
  return new Deadline(performance.now() - 1, new Alarms());
}

const never = () => new Promise<string>(() => {});

/** What a promise rejects with. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(() => null, (error: unknown) => error);
}

describe("Deadline", () => {
  it("gives the outcome of work that ends in time", async () => {
    const deadline = new Deadline(performance.now() + 60_000, new Alarms());
    expect(await deadline.bound(Promise.resolve("done"))).toBe("done");
    const error = new TypeError("no");
    expect(await failure(deadline.bound(Promise.reject(error)))).toBe(error);
  });

  it("ends the wait for work that does not, and says whether anything was sent", async () => {
    expect(await failure(soon().bound(never()))).toMatchObject({ wasSent: false });
    const sent = soon();
    sent.noteSending();
    const error = await failure(sent.bound(never()));
    expect(error).toBeInstanceOf(DeadlinePassed);
    expect(error).toMatchObject({ wasSent: true });
  });

  it("lets nothing be sent once it has passed, and remembers what was", async () => {
    expect(() => passed().noteSending()).toThrow(DeadlinePassed);
    const deadline = soon();
    deadline.noteSending();
    await failure(deadline.bound(never()));
    let error: unknown;
    try {
      deadline.noteSending();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ wasSent: true });
  });

  it("takes an attempt that the node has refused for one that was not sent", async () => {
    const deadline = soon();
    deadline.noteSending();
    deadline.attempts.noteRefused();
    expect(await failure(deadline.bound(never()))).toMatchObject({ wasSent: false });
    const again = soon();
    for (let attempt = 0; attempt < 2; attempt++) again.noteSending();
    again.attempts.noteRefused();
    expect(await failure(again.bound(never()))).toMatchObject({ wasSent: true });
  });

  it("says of the driver's own limit what it says of itself", async () => {
    const cause = new cassandra.errors.OperationTimedOutError("late", "127.0.0.1:9042");
    const error = await failure(soon().bound(Promise.reject(cause)));
    expect(error).toMatchObject({ wasSent: false, cause });
  });

  it("leaves the driver a millisecond at least, since zero is no limit", () => {
    expect(passed().leftMs).toBe(1);
    expect(soon().leftMs).toBeGreaterThan(1);
  });
});
