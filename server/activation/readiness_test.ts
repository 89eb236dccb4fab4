import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Observation } from "../../observe/observation.ts";
import { Readiness } from "./readiness.ts";

function createReadiness() {
  const told: Observation[] = [];
  const readiness = new Readiness((observation) => told.push(observation));
  return { readiness, told };
}

const UNREADY = { kind: "readiness", ready: false, awaitsMigrations: false };

describe("Readiness", () => {
  it("has an obstacle from the start, and tells nobody of it", () => {
    const { readiness, told } = createReadiness();
    readiness.noteServable(false);
    readiness.noteServable(true);
    expect(readiness.obstacle).toBe("Cassandra cannot be reached yet");
    expect([readiness.isClear, told]).toEqual([false, []]);
  });

  it("tells each change once, with the whole story", () => {
    const { readiness, told } = createReadiness();
    readiness.setObstacle("a query does not fit", { reason: "list_notes: no column" });
    readiness.setObstacle("a query does not fit", { reason: "list_notes: no column" });
    readiness.setObstacle("a query does not fit", { reason: "get_note: no table" });
    readiness.setObstacle("no migration", { awaitsMigrations: true });
    readiness.setObstacle(null);
    readiness.setObstacle(null);
    expect(told).toEqual([
      { ...UNREADY, reason: "list_notes: no column" },
      { ...UNREADY, reason: "get_note: no table" },
      { ...UNREADY, reason: "no migration", awaitsMigrations: true },
      { ...UNREADY, ready: true, reason: null },
    ]);
  });

  it("lacks replicas only where nothing else stands in the way", () => {
    const { readiness, told } = createReadiness();
    readiness.setObstacle(null);
    readiness.noteServable(false);
    expect(readiness.obstacle).toContain("too few Cassandra nodes");
    expect(readiness.isClear).toBe(true);
    expect(told.at(-1)).toMatchObject({ ready: false, reason: readiness.obstacle });
    readiness.setObstacle("Cassandra cannot be reached");
    expect(readiness.obstacle).toBe("Cassandra cannot be reached");
    readiness.setObstacle(null);
    readiness.noteServable(true);
    expect([readiness.obstacle, told.at(-1)]).toMatchObject([null, { ready: true }]);
  });
});
