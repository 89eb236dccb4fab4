import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { matchesTag, parseTagList, tagTextOf } from "./entity_tag.ts";

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

describe("tagTextOf()", () => {
  it("is what the value is in JSON, without quotes", () => {
    expect([tagTextOf(1), tagTextOf("2020-01-01T00:00:00.000Z")])
      .toEqual(["1", "2020-01-01T00:00:00.000Z"]);
  });

  it("is null if there is no value", () => {
    expect([tagTextOf(null), tagTextOf(undefined)]).toEqual([null, null]);
  });
});
