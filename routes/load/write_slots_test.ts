import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { WriteSlots } from "./write_slots.ts";

/** Takes a slot a number of times, and notes each. */
async function write(
  slots: WriteSlots,
  { caller, times, log }: { caller: string; times: number; log: string[] },
): Promise<void> {
  for (let time = 0; time < times; time++) {
    await slots.take(caller);
    log.push(caller);
  }
}

describe("WriteSlots", () => {
  it("lets others run between a few pieces", async () => {
    let passes = 0;
    let isOver = false;
    const count = () => {
      passes++;
      if (!isOver) setImmediate(count);
    };
    count();
    await write(new WriteSlots(), { caller: "a", times: 40, log: [] });
    isOver = true;
    expect(passes).toBeGreaterThan(500);
  });

  it("gives each caller a slot in turn, however many bodies the others have", async () => {
    const slots = new WriteSlots();
    const log: string[] = [];
    const greedy = Array.from(
      { length: 20 },
      () => write(slots, { caller: "greedy", times: 5, log }),
    );
    await Promise.all([...greedy, write(slots, { caller: "modest", times: 5, log })]);
    expect(log).toHaveLength(105);
    expect(log.lastIndexOf("modest")).toBeLessThan(20);
  });

  it("gives slots again after a rest", async () => {
    const slots = new WriteSlots();
    const log: string[] = [];
    await write(slots, { caller: "a", times: 5, log });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await write(slots, { caller: "a", times: 5, log });
    expect(log).toHaveLength(10);
  });
});
