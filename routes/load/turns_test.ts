import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { FairQueue } from "./fair_queue.ts";
import { Turns } from "./turns.ts";

describe("Turns", () => {
  it("runs as much at once as it may, of one caller after the other", async () => {
    const turns = new Turns({ atOnce: 2, queue: new FairQueue() });
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const start = (caller: string, name: string) =>
      turns.run(caller, () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      });
    const all = [start("a", "a1"), start("a", "a2"), start("a", "a3"), start("b", "b1")];
    expect(begun).toEqual(["a1", "a2"]);
    all.push(start("b", "b2"));
    for (const name of ["a1", "a2", "a3", "b1"]) {
      ends.get(name)!();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(begun).toEqual(["a1", "a2", "a3", "b1", "b2"]);
    ends.get("b2")!();
    await Promise.all(all);
  });

  it("gives up the turn of a caller who leaves before it, and of no other", async () => {
    for (const isGone of [true, false]) {
      const turns = new Turns({ atOnce: 1, queue: new FairQueue() });
      const leaving = new AbortController();
      if (isGone) leaving.abort();
      const first = Promise.withResolvers<string>();
      const running = turns.run("a", () => first.promise, leaving);
      const waiting = turns.run("a", () => Promise.resolve("nobody's"), leaving);
      const next = turns.run("b", () => Promise.resolve("done"), new AbortController());
      leaving.abort();
      await expect(waiting).rejects.toThrow("The caller has left");
      first.resolve("begun");
      expect([await running, await next]).toEqual(["begun", "done"]);
      expect(await turns.run("c", () => Promise.resolve("free"))).toBe("free");
    }
  });

  it("goes on after work that fails", async () => {
    const turns = new Turns({ atOnce: 1, queue: new FairQueue() });
    const failed = turns.run("a", () => Promise.reject(new Error("broken")));
    const next = turns.run("a", () => Promise.resolve("done"));
    await expect(failed).rejects.toThrow("broken");
    expect(await next).toBe("done");
  });
});
