import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { planFaults } from "./fault_plan.ts";

describe("planFaults()", () => {
  it("gives the same plan for the same seed, and another one for another seed", () => {
    const plan = planFaults({ seed: 1, isShort: false });
    expect(planFaults({ seed: 1, isShort: false })).toEqual(plan);
    expect(planFaults({ seed: 2, isShort: false })).not.toEqual(plan);
  });

  it("has each fault of each node once, and an outage at the end", () => {
    const plan = planFaults({ seed: 7, isShort: false });
    const names = plan.map(({ kind, nodes }) => `${kind} ${nodes}`);
    expect(names.slice(0, -1).sort()).toEqual(
      ["freeze", "kill", "stop"].flatMap((kind) => [0, 1, 2].map((node) => `${kind} ${node}`)),
    );
    expect(names.at(-1)).toBe("kill 0,1");
  });

  it("freezes and kills one near node in a short run", () => {
    for (let seed = 0; seed < 20; seed++) {
      const plan = planFaults({ seed, isShort: true });
      expect(plan.map(({ kind }) => kind)).toEqual(["freeze", "kill"]);
      for (const { nodes } of plan) expect([[0], [1]]).toContainEqual(nodes);
    }
  });
});
