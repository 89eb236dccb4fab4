import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { CqlType } from "./codec.ts";
import { codecFor } from "./codec_for.ts";
import { parseJson } from "./json/parse_json.ts";
import { primitives } from "./primitives.ts";

const codecs = Object.keys(primitives).map((kind) => codecFor({ kind } as CqlType));
const namesOf = (has: (codec: typeof codecs[number]) => boolean) =>
  codecs.filter(has).map(({ cql }) => cql);

describe("the types", () => {
  it("that are numbers can be bounded, and text", () => {
    expect(namesOf(({ measure }) => measure !== null)).toEqual([
      "ascii",
      "bigint",
      "counter",
      "decimal",
      "double",
      "float",
      "int",
      "smallint",
      "text",
      "tinyint",
      "varint",
    ]);
  });

  it("that are bytes have encodings", () => {
    expect(namesOf(({ hasBytes }) => hasBytes)).toEqual(["blob"]);
  });

  it("that fit an entity tag are short text without quotes", () => {
    expect(namesOf(({ isTag }) => isTag)).toEqual([
      "bigint",
      "int",
      "smallint",
      "timestamp",
      "timeuuid",
      "tinyint",
      "uuid",
    ]);
  });

  it("that hold or name instants are few", () => {
    expect(namesOf(({ instantOf }) => instantOf !== null)).toEqual([
      "bigint",
      "date",
      "int",
      "timestamp",
      "timeuuid",
    ]);
    expect(namesOf(({ bucketBy }) => bucketBy !== null)).toEqual([
      "ascii",
      "bigint",
      "date",
      "int",
      "smallint",
      "text",
      "timestamp",
      "tinyint",
    ]);
  });

  it("are equal by their bytes, unless Cassandra says otherwise", () => {
    expect(namesOf(({ isEqualByBytes }) => !isEqualByBytes)).toEqual(["decimal"]);
    const int: CqlType = { kind: "int" };
    const decimal: CqlType = { kind: "decimal" };
    const cases: [CqlType, boolean][] = [
      [{ kind: "list", of: int }, true],
      [{ kind: "list", of: decimal }, false],
      [{ kind: "tuple", of: [int, { kind: "list", of: int }] }, true],
      [{ kind: "tuple", of: [int, decimal] }, false],
      [{ kind: "udt", name: "u", fields: [{ name: "d", type: decimal }] }, false],
      [{ kind: "vector", of: int, dimension: 2 }, true],
      [{ kind: "vector", of: decimal, dimension: 2 }, false],
      // Members may come in any order.
      [{ kind: "set", of: int }, false],
      [{ kind: "map", key: int, value: int }, false],
    ];
    for (const [type, expected] of cases) {
      expect([type, codecFor(type).isEqualByBytes]).toEqual([type, expected]);
    }
  });

  it("that are vectors of equal members are equal", () => {
    const { input } = codecFor({
      kind: "set",
      of: { kind: "vector", of: { kind: "decimal" }, dimension: 1 },
    });
    expect(input.safeParse([["1.0"], ["1.00"]]).success).toBe(false);
    expect(input.safeParse([["1.0"], ["1.01"]]).success).toBe(true);
  });
});

describe("a query parameter that is given for each member", () => {
  const list = codecFor({ kind: "list", of: { kind: "int" } }).repeated!;
  const set = codecFor({ kind: "set", of: { kind: "decimal" } }).repeated!;

  it("is the value of a list or set", () => {
    const { encode, input } = codecFor({ kind: "list", of: { kind: "int" } });
    const hex = (value: unknown) => encode(value).toString("hex");
    expect(hex(list.parse(["1", "-2"]))).toBe(hex(input.parse(parseJson("[1,-2]"))));
    expect(hex(list.parse("7"))).toBe(hex(input.parse(parseJson("[7]"))));
    expect(codecFor({ kind: "map", key: { kind: "int" }, value: { kind: "int" } }).repeated)
      .toBeNull();
  });

  it("takes members that are made of others, as their text", () => {
    const pair: CqlType = { kind: "tuple", of: [{ kind: "int" }, { kind: "int" }] };
    for (const kind of ["list", "set"] as const) {
      const { encode, input, repeated } = codecFor({ kind, of: pair });
      const hex = (value: unknown) => encode(value).toString("hex");
      expect(hex(repeated!.parse(["[1,2]", "[3,4]"]))).toBe(
        hex(input.parse(parseJson("[[1,2],[3,4]]"))),
      );
      expect(repeated!.safeParse(["[1,2]", "[3]"]).error?.issues.map(({ path }) => path))
        .toEqual([[1]]);
    }
  });

  it("names each member that does not fit, up to a hundred", () => {
    expect(list.safeParse(["1", "x", "2", ""]).error?.issues.map(({ path }) => path)).toEqual([
      [1],
      [3],
    ]);
    expect(list.safeParse(Array(100_000).fill("x")).error?.issues).toHaveLength(100);
    expect(list.safeParse([["1"]]).error?.issues[0]?.message).toBe("Expected a string");
  });

  it("names a member of a set that is there already, however it is spelled", () => {
    expect(set.safeParse(["1.0", "2", "1.00"]).error?.issues.map(({ path }) => path)).toEqual([[
      2,
    ]]);
  });
});
