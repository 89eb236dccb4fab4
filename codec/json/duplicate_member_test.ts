import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import {
  assertNoDuplicateMember,
  findDuplicateMember,
  type MemberPath,
} from "./duplicate_member.ts";

describe("findDuplicateMember()", () => {
  const CASES: [string, MemberPath | null][] = [
    ["{}", null],
    ['"a"', null],
    ['{"a":1,"b":1}', null],
    ['{"a":1,"a":1}', ["a"]],
    ['{"a":1,"b":2,"a":null}', ["a"]],
    ['{"a":1,"A":1}', null],
    ['{"a":"a","b":"a"}', null],
    ['{"a":["a","a"],"b":{"a":1}}', null],
    ['{"a":{"b":1,"c":[{"b":1,"b":2}]}}', ["a", "c", 0, "b"]],
    ['[1,[],{"a":{}},{"b":[{"c":1}],"d~/":1,"d~/":2}]', [3, "d~/"]],
    ['[{"a":1},{"a":1}]', null],
    ['{"x":{"a":1},"a":1}', null],
    ['{"a":{"a":1},"b":[],"a":1}', ["a"]],
    ['{"a":1,"\\u0061":2}', ["a"]],
    ['{"\\u0061":1 , "a" : 2}', ["a"]],
    ['{"a\\"":1,"a":2}', null],
    ['{"a":"\\",\\"a\\":1","b":"}"}', null],
    ['{"a\\\\":1,"a\\n":2,"a\\\\":3}', ["a\\"]],
    ['{"":1,"":2}', [""]],
    ['{"__proto__":1,"__proto__":2}', ["__proto__"]],
    ['{"constructor":1}', null],
  ];
  for (const [text, path] of CASES) {
    it(`${path === null ? "takes" : "refuses"} ${text}`, () => {
      const assertion = expect(() => assertNoDuplicateMember(text, JSON.parse(text)));
      if (path === null) assertion.not.toThrow();
      else assertion.toThrow("an object names a member twice");
    });
    it(`finds ${path === null ? "none" : JSON.stringify(path)} in ${text}`, () => {
      JSON.parse(text);
      expect(findDuplicateMember(text)).toEqual(path);
    });
  }

  it("takes any depth and strings of any length", () => {
    const depth = 100_000;
    expect(findDuplicateMember(`${'{"a":['.repeat(depth)}${"]}".repeat(depth)}`)).toBeNull();
    const long = JSON.stringify({ a: '\\"'.repeat(1_000_000) });
    expect(findDuplicateMember(long)).toBeNull();
    expect(findDuplicateMember(`${long.slice(0, -1)},"a":1}`)).toEqual(["a"]);
  });
});
