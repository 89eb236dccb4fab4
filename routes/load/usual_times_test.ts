import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Observation } from "../../observe/observation.ts";
import { changesUsualTimes } from "./usual_times.ts";

function reload(changed: readonly string[]): Observation {
  const changes = { added: ["a"], changed, removed: ["b"] };
  return { kind: "reload", succeeded: true, isFirst: false, changes };
}

describe("changesUsualTimes()", () => {
  it("is so when another data centre serves, and when the local one does again", () => {
    for (const [inUse, isLocal] of [["dc2", false], ["dc1", true]] as const) {
      const datacenters = ["dc1", "dc2"];
      expect(changesUsualTimes({ kind: "datacenter", inUse, isLocal, datacenters })).toBe(true);
    }
  });

  it("is so when a query was changed, and not when all others are as before", () => {
    expect(changesUsualTimes(reload(["get_station"]))).toBe(true);
    expect(changesUsualTimes(reload([]))).toBe(false);
    expect(changesUsualTimes({ kind: "reload", succeeded: false, cause: null })).toBe(false);
  });

  it("is not so of nodes that come and go", () => {
    expect(changesUsualTimes({ kind: "availability", unreachable: [] })).toBe(false);
  });
});
