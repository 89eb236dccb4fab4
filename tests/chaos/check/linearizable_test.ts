import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { checkLinearizable, type RegisterOperation, type Value } from "./linearizable.ts";

type Times = readonly [startedAt: number, endedAt: number];
type Outcome = "applied" | "not_applied" | "unknown";

function read(value: Value, [startedAt, endedAt]: Times): RegisterOperation {
  return { kind: "read", value, startedAt, endedAt };
}

function swap(
  from: Value,
  to: Value,
  [outcome, startedAt, endedAt]: readonly [Outcome, ...Times],
): RegisterOperation & { readonly kind: "swap" } {
  return { kind: "swap", from, to, outcome, startedAt, endedAt };
}

const created = swap(null, "a", ["applied", 0, 1]);

describe("checkLinearizable()", () => {
  const passing: Record<string, RegisterOperation[]> = {
    "an empty history": [],
    "a register that was never written": [read(null, [0, 1])],
    "swaps one after the other": [
      created,
      swap("a", "b", ["applied", 2, 3]),
      swap("a", "c", ["not_applied", 4, 5]),
      read("b", [6, 7]),
    ],
    "a read during a swap that sees it": [
      created,
      swap("a", "b", ["applied", 2, 9]),
      read("b", [3, 4]),
    ],
    "a read during a swap that does not see it": [
      created,
      swap("a", "b", ["applied", 2, 9]),
      read("a", [3, 4]),
    ],
    "an unknown swap that was applied": [
      created,
      swap("a", "b", ["unknown", 2, 3]),
      read("b", [4, 5]),
    ],
    "an unknown swap that was not": [created, swap("a", "b", ["unknown", 2, 3]), read("a", [4, 5])],
    "an unknown swap that is applied long after": [
      created,
      swap("a", "b", ["unknown", 2, 3]),
      read("a", [4, 5]),
      read("a", [6, 7]),
      read("b", [8, 9]),
    ],
    "a loser of two at once": [
      created,
      swap("a", "b", ["applied", 2, 9]),
      swap("a", "c", ["not_applied", 3, 4]),
      read("b", [10, 11]),
    ],
    "answers in another order than the requests": [
      swap("b", "c", ["applied", 0, 9]),
      swap("a", "b", ["applied", 1, 8]),
      swap(null, "a", ["applied", 2, 7]),
      read("c", [10, 11]),
    ],
  };
  for (const [name, history] of Object.entries(passing)) {
    it(`passes ${name}`, () => expect(checkLinearizable("r", history)).toEqual([]));
  }

  const failing: Record<string, RegisterOperation[]> = {
    "a lost swap": [created, swap("a", "b", ["applied", 2, 3]), read("a", [4, 5])],
    "a lost first write": [created, read(null, [2, 3])],
    "a stale read after a swap": [
      created,
      swap("a", "b", ["applied", 2, 3]),
      read("b", [4, 5]),
      read("a", [6, 7]),
    ],
    "two winners of one value": [
      created,
      swap("a", "b", ["applied", 2, 9]),
      swap("a", "c", ["applied", 3, 8]),
    ],
    "a swap that was not applied and shows up": [
      created,
      swap("a", "b", ["not_applied", 2, 3]),
      read("b", [4, 5]),
    ],
    "a swap that was not applied for what is not there": [
      created,
      swap("a", "b", ["applied", 2, 3]),
      { ...swap("a", "c", ["not_applied", 4, 5]), found: "x" },
    ],
    "a swap that failed where it had to succeed": [created, swap("a", "b", ["not_applied", 2, 3])],
    "a swap that was refused, and so is not in the history, and shows up": [
      created,
      read("x", [2, 3]),
    ],
    "an unknown swap that is undone": [
      created,
      swap("a", "b", ["unknown", 2, 3]),
      read("b", [4, 5]),
      read("a", [6, 7]),
    ],
    "an unknown swap that is seen before it was sent": [
      created,
      read("b", [2, 3]),
      swap("a", "b", ["unknown", 4, 5]),
    ],
  };
  for (const [name, history] of Object.entries(failing)) {
    it(`finds ${name}`, () => expect(checkLinearizable("r", history)).toHaveLength(1));
  }

  it("says what it could not explain", () => {
    expect(checkLinearizable("r", failing["a lost first write"]!)).toEqual([
      '"r" was no single register: nothing explains a read of null at 2 to 3 ms',
    ]);
  });

  it("looks at little where hundreds of operations overlap, and many of them are unknown", () => {
    const history: RegisterOperation[] = [created];
    let value = "a";
    for (let n = 0; n < 300; n++) {
      const at = 10 * n + 10;
      // Of three at once from the same value, one wins, one loses and one is lost sight of.
      history.push(swap(value, `w${n}`, ["applied", at, at + 5]));
      history.push(swap(value, `l${n}`, ["not_applied", at, at + 5]));
      history.push(swap(value, `u${n}`, ["unknown", at, at + 5]));
      value = `w${n}`;
    }
    history.push(read(value, [5_000, 5_001]));
    let steps = 0;
    const onStep = () => {
      if (++steps > history.length) throw new Error("It looks at more than there is");
    };
    expect(checkLinearizable("r", history, { onStep })).toEqual([]);
  });
});
