import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { orAborted, pause } from "./pause.ts";

const FOR_EVER = new Promise<never>(() => {});

describe("pause()", () => {
  it("resolves when the time has passed", async () => {
    await pause(1, new AbortController().signal);
    await pause(-1, new AbortController().signal);
  });

  it("rejects with the signal's reason, before the time has passed", async () => {
    const givingUp = new AbortController();
    const pausing = pause(2 ** 30, givingUp.signal);
    givingUp.abort(new Error("too late"));
    await expect(pausing).rejects.toThrow("too late");
    await expect(pause(2 ** 30, givingUp.signal)).rejects.toThrow("too late");
  });
});

describe("orAborted()", () => {
  it("settles as the promise does", async () => {
    const { signal } = new AbortController();
    expect(await orAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(orAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
  });

  it("rejects when the signal is aborted, whatever the promise does", async () => {
    const givingUp = new AbortController();
    const waiting = orAborted(FOR_EVER, givingUp.signal);
    givingUp.abort(new Error("too late"));
    await expect(waiting).rejects.toThrow("too late");
    const rejecting = Promise.reject(new Error("no"));
    await expect(orAborted(rejecting, givingUp.signal)).rejects.toThrow(/no|too late/);
  });
});
