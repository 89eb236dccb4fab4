import { z } from "@hono/zod-openapi";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { codecFor } from "../../codec/codec_for.ts";
import { inputErrors, queryErrors } from "./input_errors.ts";

const INT = { kind: "int" } as const;
const TEXT = { kind: "text" } as const;

function mistakesOf(schema: z.ZodType, value: unknown) {
  return inputErrors(schema.safeParse(value).error!, "/body");
}

describe("inputErrors()", () => {
  it("names each mistake by its JSON pointer", () => {
    const { input } = codecFor({ kind: "map", key: TEXT, value: { kind: "list", of: INT } });
    const detail = "Expected an integer from -2147483648 to 2147483647";
    expect(mistakesOf(input, { "a/b~c": [1, "x"], d: ["y"] })).toEqual([
      { pointer: "/body/a~1b~0c/1", detail },
      { pointer: "/body/d/0", detail },
    ]);
  });

  it("names each unknown key of an object", () => {
    const schema = z.strictObject({ inner: z.strictObject({}) });
    const detail = "Unknown: remove it, or correct its name";
    expect(mistakesOf(schema, { inner: { a: 1, b: 2 } })).toEqual([
      { pointer: "/body/inner/a", detail },
      { pointer: "/body/inner/b", detail },
    ]);
  });

  it("stops after a hundred", () => {
    expect(mistakesOf(z.array(z.int()), Array(100_000).fill("x"))).toHaveLength(100);
  });

  it("repeats a long key a few times, not a hundred", () => {
    const { input } = codecFor({
      kind: "map",
      key: TEXT,
      value: { kind: "map", key: TEXT, value: INT },
    });
    const inner = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, "x"]));
    const lengthOf = (key: string) => JSON.stringify(mistakesOf(input, { [key]: inner })).length;
    expect(mistakesOf(input, { key: inner })).toHaveLength(100);
    expect(lengthOf("a".repeat(10_000))).toBeLessThan(100_000);
    // The first is told, however long its pointer is.
    expect(lengthOf("a".repeat(200_000))).toBeGreaterThan(200_000);
    expect(lengthOf("a".repeat(200_000))).toBeLessThan(300_000);
  });
});

describe("queryErrors()", () => {
  function detailOf(raw: string | string[], kind: "list" | "set", of: "int" | "timestamp" = "int") {
    const codec = codecFor({ kind, of: { kind: of } });
    const schema = codec.repeated!;
    const { error } = schema.safeParse(raw);
    const [mistake] = queryErrors(error!, { raw, schema, codec, pointer: "/query/ids" });
    return mistake?.detail;
  }

  it("says how a list is sent, if it came as one value", () => {
    const hint = "Expected an integer from -2147483648 to 2147483647: " +
      "repeat the parameter for each member of the list";
    for (const raw of ["1,2", "[1,2]", "[]", " [ 1 ] "]) expect(detailOf(raw, "list")).toBe(hint);
    expect(detailOf("1,2", "set")).toBe(hint.replace("the list", "the set"));
  });

  it("says nothing of it where that is not the mistake", () => {
    const none = "Expected an integer from -2147483648 to 2147483647";
    for (const raw of ["", "x", "1;2", "1,x", "[1,", "[x]", ","]) {
      expect(detailOf(raw, "list")).toBe(none);
    }
    expect(detailOf(["1,2", "3"], "list")).toBe(none);
  });

  it("takes a lost plus sign for the mistake before that", () => {
    expect(detailOf("2010-01-01T00:00:00 02:00", "list", "timestamp")).toContain("%2B");
  });
});
