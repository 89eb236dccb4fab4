import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { TransientMap } from "./transient_map.ts";

const MIB = 2 ** 20;
const KEPT = new URL("../tests/fixtures/memory/kept_by_map.ts", import.meta.url).pathname;

async function mostKeptBy(map: "Map" | "TransientMap"): Promise<number> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--v8-flags=--expose-gc", KEPT, map],
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

describe("TransientMap", () => {
  it("is a map, in the order in which entries were added", () => {
    const map = new TransientMap<string, number>();
    map.set("a", 1);
    map.set("b", 2);
    map.set("a", 3);
    expect([...map]).toEqual([["a", 3], ["b", 2]]);
    expect([[...map.keys()], [...map.values()]]).toEqual([["a", "b"], [3, 2]]);
    expect([map.delete("a"), map.delete("a"), map.size]).toEqual([true, false, 1]);
    expect([map.get("a"), map.get("b")]).toEqual([undefined, 2]);
  });

  it("keeps its entries and their order, however many have passed through it", () => {
    const map = new TransientMap<number, number>();
    const lasting = [-1, -2, -3];
    for (const key of lasting) map.set(key, key);
    for (let key = 0; key < 10_000; key++) {
      map.set(key, key);
      if (key >= 2) expect(map.delete(key - 2)).toBe(true);
    }
    expect([...map.keys()]).toEqual([...lasting, 9_998, 9_999]);
    for (let key = 10_000; key < 20_000; key++) map.set(key, -key);
    expect([map.size, map.get(-3), map.get(10_000), map.get(19_999)])
      .toEqual([10_005, -3, -10_000, -19_999]);
  });

  it("keeps nothing of what has passed through it, as a Map does", async () => {
    expect(await mostKeptBy("TransientMap")).toBeLessThan(2 * MIB);
    // As long as this holds, there has to be a map of our own.
    expect(await mostKeptBy("Map")).toBeGreaterThan(4 * MIB);
  });
});
