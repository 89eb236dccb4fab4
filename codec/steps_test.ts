import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { CqlType } from "./codec.ts";
import { codecFor } from "./codec_for.ts";
import { finish, type Steps } from "../runtime/steps.ts";

const text: CqlType = { kind: "text" };
const int: CqlType = { kind: "int" };
const list = (of: CqlType): CqlType => ({ kind: "list", of });
const set = (of: CqlType): CqlType => ({ kind: "set", of });
const map = (key: CqlType, value: CqlType): CqlType => ({ kind: "map", key, value });

const COUNT = 20_000;
const NUMBERS = Array.from({ length: COUNT }, (_, index) => index);
const BY_KEY = Object.fromEntries(NUMBERS.map((index) => [`k${index}`, index]));

/** Values with many members, wherever those are. */
const LARGE: Record<string, { type: CqlType; json: unknown }> = {
  "a list": { type: list(int), json: NUMBERS },
  "a list of text": { type: list(text), json: NUMBERS.map(String) },
  "a set": { type: set(int), json: NUMBERS },
  "a map": { type: map(text, int), json: BY_KEY },
  "a list in a list": { type: list(list(int)), json: [NUMBERS] },
  "lists in a list": { type: list(list(int)), json: NUMBERS.map((index) => [index]) },
  "sets in a set": { type: set(set(int)), json: [NUMBERS, NUMBERS.slice(1)] },
  "a map as the value of a map": { type: map(text, map(text, int)), json: { a: BY_KEY } },
  "a list as the key of a map": {
    type: map(list(int), int),
    json: { [JSON.stringify(NUMBERS)]: 1 },
  },
  "a list in a tuple": { type: { kind: "tuple", of: [int, list(int)] }, json: [1, NUMBERS] },
  "a map in a user-defined type": {
    type: { kind: "udt", name: "t", fields: [{ name: "m", type: map(text, int) }] },
    json: { m: BY_KEY },
  },
  "a list in a vector": {
    type: { kind: "vector", of: list(int), dimension: 1 },
    json: [NUMBERS],
  },
  "a vector": { type: { kind: "vector", of: text, dimension: COUNT }, json: NUMBERS.map(String) },
};

/** The result of the work, and the number of its pauses. */
function run<Result>(steps: Steps<Result>): { result: Result; pauses: number } {
  for (let pauses = 0;; pauses++) {
    const step = steps.next();
    if (step.done) return { result: step.value, pauses };
  }
}

describe("a codec's work in steps", () => {
  for (const [what, { type, json }] of Object.entries(LARGE)) {
    it(`pauses often for ${what}, and does the same as without steps`, () => {
      const codec = codecFor(type);
      const reading = run(codec.readAhead(json));
      expect(reading.pauses).toBeGreaterThan(100);
      const value = codec.input.parse(reading.result);
      expect(value).toEqual(codec.input.parse(json));
      const written = JSON.stringify(json);
      const readingText = run(codec.readTextAhead(written));
      expect(readingText.pauses).toBeGreaterThan(100);
      expect(codec.text.parse(readingText.result)).toEqual(codec.text.parse(written));
      const encoding = run(codec.encodeSteps(value));
      expect(encoding.result).toEqual(codec.encode(value));
      const bytes = encoding.result;
      const decoding = run(codec.decodeSteps(bytes, 0, bytes.length));
      expect(decoding.pauses).toBeGreaterThan(100);
      expect(decoding.result).toEqual(codec.decode(bytes, 0, bytes.length));
    });
  }

  it("pauses while it encodes", () => {
    const codec = codecFor(list(text));
    expect(run(codec.encodeSteps(NUMBERS.map(String))).pauses).toBeGreaterThan(100);
  });

  it("says of a wrong value what it says without steps", () => {
    for (const { type } of Object.values(LARGE)) {
      const codec = codecFor(type);
      for (const wrong of [1, {}, [], ["x"], [["x"]], { x: "y" }, [1, ["x"]], [1, 1]]) {
        const ahead = codec.input.safeParse(finish(codec.readAhead(wrong)));
        const atOnce = codec.input.safeParse(wrong);
        expect(ahead.error?.issues).toEqual(atOnce.error?.issues);
        expect(ahead.data).toEqual(atOnce.data);
      }
      for (const wrong of ["", "x", "[", "1", '["x"]', "{}", "[[1,1]]", '{"a":1,"a":2}']) {
        const ahead = codec.text.safeParse(finish(codec.readTextAhead(wrong)));
        const atOnce = codec.text.safeParse(wrong);
        expect(ahead.error?.issues).toEqual(atOnce.error?.issues);
        expect(ahead.data).toEqual(atOnce.data);
      }
    }
  });
});
