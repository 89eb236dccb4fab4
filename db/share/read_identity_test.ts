import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import {
  hashOf,
  isSamePacked,
  isSameRead,
  packedLengthOf,
  packIdentity,
  type ReadIdentity,
} from "./read_identity.ts";

function identity(bound: ReadIdentity["bound"], others: Partial<ReadIdentity> = {}): ReadIdentity {
  return { bound, maxRows: 100, maxBytes: 1_000, pagingState: undefined, ...others };
}

const bytes = (text: string) => Buffer.from(text);

/** No two of them are the same read. */
const DIFFERENT: readonly ReadIdentity[] = [
  identity([]),
  identity([undefined]),
  identity([null]),
  identity([bytes("")]),
  identity([bytes("a")]),
  identity([bytes("\0")]),
  identity([bytes("b")]),
  identity([bytes("ab")]),
  identity([bytes("ab"), bytes("")]),
  identity([bytes("a"), bytes("b")]),
  identity([bytes(""), bytes("ab")]),
  identity([bytes("b"), bytes("a")]),
  identity([bytes("a"), null]),
  identity([null, bytes("a")]),
  identity([bytes("a"), undefined]),
  identity([bytes("a")], { maxRows: 101 }),
  identity([bytes("a")], { pagingState: bytes("") }),
  identity([bytes("a")], { pagingState: bytes("first") }),
  identity([bytes("a")], { pagingState: bytes("third") }),
];

/** The same values in other buffers. */
function copy({ bound, pagingState, ...numbers }: ReadIdentity): ReadIdentity {
  return {
    ...numbers,
    bound: bound.map((value) => value && Buffer.from(value)),
    pagingState: pagingState && Buffer.from(pagingState),
  };
}

describe("isSameRead()", () => {
  it("is true for equal bytes, and for nothing else", () => {
    for (const [index, one] of DIFFERENT.entries()) {
      const same = DIFFERENT.flatMap((other, at) => isSameRead(copy(one), other) ? at : []);
      expect(same).toEqual([index]);
    }
  });

  it("tells apart how many bytes are taken", () => {
    const one = identity([bytes("a")]);
    expect(isSameRead(one, { ...one, maxBytes: 2_000 })).toBe(false);
  });
});

describe("isSamePacked()", () => {
  it("is true where isSameRead() is, and nowhere else", () => {
    for (const [index, one] of DIFFERENT.entries()) {
      const block = Buffer.alloc(5 + packedLengthOf(one), 0xff);
      const packed = packIdentity(one, block, 5);
      const same = DIFFERENT.flatMap((other, at) => isSamePacked(packed, other) ? at : []);
      expect(same).toEqual([index]);
      expect(isSamePacked(packed, { ...one, maxBytes: 2_000 })).toBe(false);
    }
  });
});

describe("hashOf()", () => {
  it("is the same for equal bytes, and another for each other read and seed", () => {
    const hashes = DIFFERENT.map((each) => hashOf(each, 1));
    expect(DIFFERENT.map((each) => hashOf(copy(each), 1))).toEqual(hashes);
    expect(new Set(hashes).size).toBe(DIFFERENT.length);
    expect(hashOf(DIFFERENT[0]!, 2)).not.toBe(hashes[0]);
  });
});
