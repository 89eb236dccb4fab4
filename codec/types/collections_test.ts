import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { CqlType, Json } from "../codec.ts";
import { codecFor } from "../codec_for.ts";
import {
  decodeAll,
  expectBytes,
  expectRefused,
  expectText,
  expectTextRefused,
} from "../../tests/support/codec/expect_codec.ts";
import { parseJson } from "../json/parse_json.ts";

const INT: CqlType = { kind: "int" };
const TEXT: CqlType = { kind: "text" };
const INTS: CqlType = { kind: "list", of: INT };
const INTS_BY_TEXT: CqlType = { kind: "map", key: TEXT, value: INT };

describe("list", () => {
  it("is an array", () => {
    expectBytes(INTS, [
      ["[]", "00000000"],
      ["[1,1]", "00000002" + "0000000400000001".repeat(2)],
    ]);
    expectBytes({ kind: "list", of: INTS }, [
      ["[[],[7]]", "00000002" + "0000000400000000" + "0000000c00000001" + "0000000400000007"],
    ]);
    expectBytes({ kind: "list", of: TEXT }, [['["","a"]', "00000002" + "00000000" + "0000000161"]]);
  });

  it("refuses nulls and other elements by their place", () => {
    expectRefused(INTS, [["[null]", "Expected an integer"], ["{}", "Expected an array"], [
      "1.0",
      "Expected an array",
    ]]);
    const { error } = codecFor({ kind: "list", of: INTS }).input.safeParse([[1], [2, "x"], 3]);
    expect(error?.issues.map((issue) => issue.path)).toEqual([[1, 1], [2]]);
  });

  it("tells the first hundred issues", () => {
    const { error } = codecFor(INTS).input.safeParse(Array(100_000).fill("x"));
    expect(error?.issues).toHaveLength(100);
  });

  it("decodes a null element, which functions can make", () => {
    expect(codecFor(INTS).decode(Buffer.from("00000001ffffffff", "hex"), 0, 8)).toEqual([null]);
  });

  it("is JSON text in a URL", () => {
    expectText(INTS, [["[1, 2]", "[1,2]"], ["[1.0]", "[1]"]]);
    expectText({ kind: "list", of: { kind: "bigint" } }, [[
      "[9007199254740993]",
      '["9007199254740993"]',
    ]]);
    expectTextRefused(INTS, ["", "1,2", "[1", "[x]", '"[1]"']);
  });

  it("says to clients what to send, not the type of CQL", () => {
    const { text } = codecFor({ kind: "vector", of: { kind: "float" }, dimension: 3 });
    const said = (given: unknown) => text.safeParse(given).error?.issues[0]?.message;
    expect(said("1,0,0")).toBe("Expected JSON text: an array of 3 float");
    expect(said(["1", "0", "0"])).toBe(
      "Expected one value, found 3: send one JSON text, an array of 3 float",
    );
    expect(codecFor(INT).text.safeParse(["1", "2"]).error?.issues[0]?.message)
      .toBe("Expected one value, found 2");
  });
});

describe("set", () => {
  it("is an array without duplicates", () => {
    expectBytes({ kind: "set", of: TEXT }, [["[]", "00000000"], [
      '["b","a"]',
      "00000002" + "0000000161" + "0000000162",
      '["a","b"]',
    ]]);
  });

  it("names a duplicate, by what is stored", () => {
    const refused: [CqlType, string, string][] = [
      [INT, "[1,2,1.0]", "Expected each element once, found 1 again"],
      [{ kind: "bigint" }, '[1,"1"]', 'found "1" again'],
      [
        { kind: "uuid" },
        `["${"A".repeat(8)}-0000-0000-0000-000000000000","${
          "a".repeat(8)
        }-0000-0000-0000-000000000000"]`,
        'found "aaaaaaaa',
      ],
      [INTS, "[[1],[1]]", "found [1] again"],
    ];
    for (const [of, json, message] of refused) {
      expectRefused({ kind: "set", of }, [[json, message]]);
    }
    const { error } = codecFor({ kind: "set", of: INT }).input.safeParse([5, 6, 5]);
    expect(error?.issues.map((issue) => issue.path)).toEqual([[2]]);
  });

  it("refuses elements by their place", () => {
    const { error } = codecFor({ kind: "set", of: INT }).input.safeParse([1, null]);
    expect(error?.issues.map((issue) => issue.path)).toEqual([[1]]);
  });
});

describe("map", () => {
  it("is an object", () => {
    expectBytes(INTS_BY_TEXT, [
      ["{}", "00000000"],
      ['{"a":1,"b":2}', "000000020000000161000000040000000100000001620000000400000002"],
      ['{"":1}', "00000001" + "00000000" + "0000000400000001"],
    ]);
  });

  it("keeps __proto__ and its like as keys", () => {
    expectBytes(INTS_BY_TEXT, [
      ['{"__proto__":1}', "00000001" + "00000009" + "5f5f70726f746f5f5f" + "0000000400000001"],
      [
        '{"constructor":1}',
        "00000001" + "0000000b" + "636f6e7374727563746f72" + "0000000400000001",
      ],
    ]);
    const nested: CqlType = { kind: "map", key: TEXT, value: INTS_BY_TEXT };
    const codec = codecFor(nested);
    const text = '{"__proto__":{"__proto__":1.0}}';
    const json = decodeAll(codec, codec.encode(codec.input.parse(parseJson(text))));
    expect(JSON.stringify(json)).toBe('{"__proto__":{"__proto__":1}}');
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
    expect(JSON.stringify(codec.output.parse(json))).toBe('{"__proto__":{"__proto__":1}}');
  });

  it("has keys that are the text of their type", () => {
    const cases: [CqlType, string, string][] = [
      [INT, '{"-5":true}', "00000004fffffffb"],
      [{ kind: "bigint" }, '{"5":true}', "000000080000000000000005"],
      [{ kind: "boolean" }, '{"true":true}', "0000000101"],
      [{ kind: "double" }, '{"-0.0":true}', "000000088000000000000000"],
      [{ kind: "double" }, '{"1e+21":true}', "00000008444b1ae4d6e2ef50"],
      [{ kind: "blob" }, '{"yv4=":true}', "00000002cafe"],
      [INTS, '{"[1]":true}', "0000000c000000010000000400000001"],
      [
        { kind: "tuple", of: [TEXT, INT] },
        '{"[\\"a\\",null]":true}',
        "00000009" + "0000000161" + "ffffffff",
      ],
    ];
    for (const [key, json, hex] of cases) {
      const type: CqlType = { kind: "map", key, value: { kind: "boolean" } };
      expectBytes(type, [[json, `00000001${hex}0000000101`]]);
    }
  });

  it("refuses two keys that are stored as one", () => {
    const message = "Expected each key once, found";
    expectRefused({ kind: "map", key: INT, value: INT }, [[
      '{"1":1,"01":2}',
      `${message} 1 again`,
    ]]);
    expectRefused({ kind: "map", key: INTS, value: INT }, [[
      '{"[1]":1,"[1.0]":2}',
      `${message} [1] again`,
    ]]);
  });

  it("tells a wrong key and a wrong value apart by nothing but the message", () => {
    const codec = codecFor({ kind: "map", key: INT, value: TEXT });
    const { error } = codec.input.safeParse({ x: "a", 2: 3, 4: null });
    const issues = error?.issues.map(({ path, message }) => [path, message]);
    expect(issues).toEqual([
      [["2"], "Expected a string"],
      [["4"], "Expected a string"],
      [["x"], "Expected an integer from -2147483648 to 2147483647"],
    ]);
  });

  it("refuses what is not an object", () => {
    expectRefused(INTS_BY_TEXT, [["[]", "Expected an object"], ["1.0", "Expected an object"], [
      "null",
      "Expected an object",
    ]]);
  });

  it("decodes a key of zero bytes as the empty text", () => {
    const bytes = Buffer.from("00000001" + "00000000" + "0000000400000001", "hex");
    expect(codecFor({ kind: "map", key: INT, value: INT }).decode(bytes, 0, bytes.length)).toEqual({
      "": 1,
    });
  });
});

describe("elements and keys that Cassandra calls equal", () => {
  const decimal = { kind: "decimal" } as const;
  const DECIMALS: CqlType = { kind: "set", of: decimal };
  const cases: [type: CqlType, json: string, path: (string | number)[]][] = [
    [{ kind: "set", of: decimal }, '["1.0","1.00"]', [1]],
    [{ kind: "set", of: { kind: "list", of: decimal } }, '[["0"],["0.000"]]', [1]],
    [{ kind: "set", of: { kind: "tuple", of: [decimal, decimal] } }, '[["1",null],["1.0",null]]', [
      1,
    ]],
    [{ kind: "set", of: { kind: "set", of: { kind: "int" } } }, "[[1,2],[2,1]]", [1]],
    [{ kind: "map", key: decimal, value: { kind: "int" } }, '{"10":1,"1E+1":2}', ["1E+1"]],
    [
      { kind: "map", key: { kind: "set", of: { kind: "int" } }, value: { kind: "int" } },
      '{"[1,2]":1,"[2,1]":2}',
      ["[2,1]"],
    ],
    [{ kind: "set", of: { kind: "set", of: decimal } }, '[["1.0"],["1.00"]]', [1]],
    [
      { kind: "set", of: { kind: "map", key: INT, value: decimal } },
      '[{"1":"1.0"},{"2":"1.0"},{"1":"1.00"}]',
      [2],
    ],
    [
      { kind: "set", of: { kind: "udt", name: "u", fields: [{ name: "s", type: DECIMALS }] } },
      '[{"s":["1.0","2"]},{"s":["2.0","1"]}]',
      [1],
    ],
    [{ kind: "map", key: DECIMALS, value: INT }, '{"[\\"1.0\\"]":1,"[\\"1.00\\"]":2}', [
      '["1.00"]',
    ]],
  ];
  for (const [type, json, path] of cases) {
    it(`are refused in ${json}`, () => {
      const result = codecFor(type).input.safeParse(parseJson(json));
      expect(result.error?.issues.map((issue) => issue.path)).toEqual([path]);
    });
  }

  it("are not those that differ", () => {
    const { input } = codecFor({ kind: "set", of: decimal });
    expect(input.safeParse(["1.0", "1.01", "-1", "10"]).success).toBe(true);
  });
});

describe("the members of a set or map", () => {
  const list = (of: CqlType): CqlType => ({ kind: "list", of });
  const set = (of: CqlType): CqlType => ({ kind: "set", of });
  const map = (key: CqlType, value: CqlType): CqlType => ({ kind: "map", key, value });
  const tuple = (...of: CqlType[]): CqlType => ({ kind: "tuple", of });
  const uuids = [
    "00000002-0000-1001-8001-000000000000",
    "00000001-0000-1002-8001-000000000000",
    "00000001-0000-1002-8002-000000000000",
    "00000001-0000-1002-ff02-000000000000",
    "00000001-0000-4002-8002-000000000000",
  ];
  const orders: [of: CqlType, members: Json[]][] = [
    [TEXT, ["", "\0", "\0\0", "10", "9", "a", "aa", "b", "é", "\uffff", "𝒳"]],
    [{ kind: "ascii" }, ["", "\x7f"]],
    [{ kind: "blob" }, ["", "AA==", "AAA=", "/w=="]],
    [{ kind: "boolean" }, [false, true]],
    [{ kind: "tinyint" }, [-128, -1, 0, 127]],
    [{ kind: "smallint" }, [-32768, -256, -1, 0, 255, 256]],
    [INT, [-(2 ** 31), -256, -1, 0, 1, 2 ** 31 - 1]],
    [{ kind: "bigint" }, ["-9223372036854775808", "-1", "0", "1", "9223372036854775807"]],
    [{ kind: "varint" }, [
      "-65536",
      "-257",
      "-256",
      "-129",
      "-128",
      "-1",
      "0",
      "127",
      "128",
      "65536",
    ]],
    [{ kind: "decimal" }, [
      "-1E+9",
      "-12",
      "-1.25",
      "-1.2",
      "-0.9",
      "-1E-9",
      "0.00",
      "1E-9",
      "0.9",
      "1.20",
      "1.25",
      "12",
      "1E+9",
    ]],
    [{ kind: "double" }, ["-Infinity", -1.5, -1, -5e-324, 0, 5e-324, 1, 1.5, "Infinity", "NaN"]],
    [{ kind: "float" }, ["-Infinity", -1.5, -1, 0, 1, 1.5, "Infinity", "NaN"]],
    [{ kind: "timestamp" }, ["1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z"]],
    [{ kind: "date" }, ["1969-12-31", "1970-01-01"]],
    [{ kind: "time" }, ["00:00:00.000000001", "23:59:59.999999999"]],
    [{ kind: "inet" }, ["1.2.3.4", "102:304::", "255.0.0.1"]],
    [{ kind: "uuid" }, uuids],
    // Of the same time, the last bytes are signed.
    [{ kind: "timeuuid" }, [uuids[0]!, uuids[1]!, uuids[2]!, uuids[3]!]],
    [list(INT), [[], [-1, 5], [0], [0, 0]]],
    [list(TEXT), [[], [""], ["", ""], ["\0"], ["a", "b"], ["a\0"], ["aa"]]],
    [set(INT), [[], [-1, 5], [0], [0, 1]]],
    [map(INT, INT), [{}, { 1: -1 }, { 1: 1 }, { 1: 1, 2: 0 }, { 2: 0 }]],
    [tuple(TEXT, INT), [[null, 1], ["", null], ["", -1], ["", 1], ["a", null]]],
    [{ kind: "vector", of: { kind: "float" }, dimension: 2 }, [[-1, 2], [0, -1], [0, 1]]],
    [set(set({ kind: "decimal" })), [[["0.5", "1.0"]], [["0.5", "2"]], [["1.00"], ["2"]]]],
  ];
  for (const [of, members] of orders) {
    const codec = codecFor(set(of));
    it(`are in Cassandra's order in a ${codec.cql}, whatever the order in which they were sent`, () => {
      const mixed = [...members.filter((_, index) => index % 2 === 1), ...members].reverse();
      const sent = mixed.filter((each, index) => mixed.indexOf(each) === index);
      const bytes = codec.encode(codec.input.parse(sent));
      expect(decodeAll(codec, bytes)).toEqual(members);
    });
  }

  it("are the same value in any order, wherever they are", () => {
    const type: CqlType = {
      kind: "udt",
      name: "profile",
      fields: [{ name: "tags", type: set(TEXT) }, { name: "scores", type: map(INT, set(INT)) }],
    };
    const codec = codecFor(type);
    const hex = (json: string) => codec.encode(codec.input.parse(parseJson(json))).toString("hex");
    expect(hex('{"tags":["b","a"],"scores":{"-1":[2,1],"1":[]}}'))
      .toBe(hex('{"tags":["a","b"],"scores":{"1":[],"-1":[1,2]}}'));
  });

  it("may be stored in another order by other clients", () => {
    const codec = codecFor(set(INT));
    expect(codec.output.safeParse([2, 1]).success).toBe(true);
    expect(codec.identify([2, 1])).toBe(codec.identify([1, 2]));
  });
});
