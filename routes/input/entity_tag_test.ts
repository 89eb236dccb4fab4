import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { codecFor } from "../../codec/codec_for.ts";
import { type PrimitiveKind, primitives } from "../../codec/primitives.ts";
import { matchesTag, parseTagList, tagOfRead, tagTextOf, versionOf } from "./entity_tag.ts";

describe("parseTagList()", () => {
  const strong = (text: string) => ({ text, isWeak: false });
  const weak = (text: string) => ({ text, isWeak: true });
  const LISTS: [header: string, list: ReturnType<typeof parseTagList>][] = [
    ["*", "*"],
    [" * ", "*"],
    ['"1"', [strong("1")]],
    [' "1"\t', [strong("1")]],
    ['W/"1"', [weak("1")]],
    ['""', [strong("")]],
    ['"a,b", "c"', [strong("a,b"), strong("c")]],
    ['"1","2" , W/"3"', [strong("1"), strong("2"), weak("3")]],
    ['"1", , "2",', [strong("1"), strong("2")]],
    ['"*"', [strong("*")]],
    ['"é"', [strong("é")]],
  ];
  for (const [header, list] of LISTS) {
    it(`reads ${header}`, () => expect(parseTagList(header)).toEqual(list));
  }

  for (
    const header of ["", " ", ",", "1", '"1', '1"', 'w/"1"', 'W/ "1"', '"1" "2"', '""1"', '*, "1"']
  ) {
    it(`takes ${JSON.stringify(header)} for no list`, () => {
      expect(parseTagList(header)).toBeNull();
    });
  }
});

describe("matchesTag()", () => {
  const CASES: [header: string, text: string | null, strong: boolean, weak: boolean][] = [
    ['"1"', "1", true, true],
    ['W/"1"', "1", false, true],
    ['"0", "1"', "1", true, true],
    ['W/"1", "1"', "1", true, true],
    ['"01"', "1", false, false],
    ['"10"', "1", false, false],
    ["*", "1", true, true],
    ["*", null, true, true],
    ['"null"', null, false, false],
    ['""', null, false, false],
  ];
  for (const [header, text, strong, weak] of CASES) {
    it(`compares ${header} with the tag ${text}`, () => {
      const list = parseTagList(header)!;
      expect([matchesTag(list, text, "strong"), matchesTag(list, text, "weak")])
        .toEqual([strong, weak]);
    });
  }
});

describe("versionOf()", () => {
  const DIGEST = "AAAAAAAAAA-_";
  const CASES: [tag: string, version: string][] = [
    ["1", "1"],
    [tagOfRead("1", DIGEST), "1"],
    [tagOfRead("2020-01-01T00:00:00.000Z", DIGEST), "2020-01-01T00:00:00.000Z"],
    [tagOfRead(tagOfRead("1", DIGEST), DIGEST), `1;${DIGEST}`],
    [`;${DIGEST}`, ""],
    [DIGEST, DIGEST],
    ["1;", "1;"],
    ["1;AAAAAAAAAA-", "1;AAAAAAAAAA-"],
    ["1;AAAAAAAAAA-_A", "1;AAAAAAAAAA-_A"],
    ["1;AAAAAAAAAA-.", "1;AAAAAAAAAA-."],
  ];
  for (const [tag, version] of CASES) {
    it(`of ${tag} is ${version}`, () => expect(versionOf(tag)).toBe(version));
  }
});

describe("No value of a type that may be a tag", () => {
  it("has a semicolon", () => {
    const samples: Partial<Record<PrimitiveKind, unknown[]>> = {
      bigint: ["-9223372036854775808"],
      int: [-2147483648],
      smallint: [-32768],
      tinyint: [-128],
      timestamp: ["-271821-04-20T00:00:00.000Z", "+275760-09-13T00:00:00.000Z"],
      timeuuid: ["00000000-0000-1000-8000-000000000000"],
      uuid: ["ffffffff-ffff-4fff-bfff-ffffffffffff"],
    };
    const kinds = (Object.keys(primitives) as PrimitiveKind[]).filter((kind) =>
      primitives[kind].isTag
    );
    expect(kinds.sort()).toEqual(Object.keys(samples).sort());
    for (const kind of kinds) {
      const codec = codecFor({ kind });
      for (const sample of samples[kind]!) {
        const bytes = codec.encode(codec.text.parse(String(sample)));
        expect(tagTextOf(codec.decode(bytes, 0, bytes.length))).toMatch(/^[\da-fTZ:.+-]+$/);
      }
    }
  });
});

describe("tagTextOf()", () => {
  it("is what the value is in JSON, without quotes", () => {
    expect([tagTextOf(1), tagTextOf("2020-01-01T00:00:00.000Z")])
      .toEqual(["1", "2020-01-01T00:00:00.000Z"]);
  });

  it("is null if there is no value", () => {
    expect([tagTextOf(null), tagTextOf(undefined)]).toEqual([null, null]);
  });
});
