import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { shutDown } from "./shutdown.ts";

describe("shutDown()", () => {
  it("follows Cassandra and files until the last request is answered, and no longer", async () => {
    const steps: string[] = [];
    const step = (name: string) => () => {
      steps.push(name);
      return Promise.resolve();
    };
    await shutDown({
      stopFollowing: step("nothing is followed"),
      api: { port: 0, finish: step("requests are answered") },
      session: { close: step("the session is closed") },
      audit: { close: step("the audit log is written") },
      admin: { port: 0, finish: step("the admin port is closed") },
      observe: () => {},
    }, { drainDelayMs: 1, shutdownGraceMs: 1 });
    expect(steps).toEqual([
      "requests are answered",
      "nothing is followed",
      "the session is closed",
      "the audit log is written",
      "the admin port is closed",
    ]);
  });
});
