import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { closest, suggest } from "./suggest.ts";

describe("closest()", () => {
  const candidates = ["route", "scope", "public", "param", "consistency", "page"];
  const cases: [word: string, expected: string | null][] = [
    ["rout", "route"],
    ["ruote", "route"],
    ["ROUTE", "route"],
    ["parma", "param"],
    ["consistancy", "consistency"],
    ["pge", "page"],
    ["author", null],
    ["x", null],
    ["", null],
  ];
  for (const [word, expected] of cases) {
    it(`finds ${expected} for "${word}"`, () => {
      expect(closest(word, candidates)).toBe(expected);
    });
  }

  it("prefers the nearest, and of equals the first", () => {
    expect(closest("pages", ["pager", "page", "paged"])).toBe("pager");
    expect(closest("page", ["pager", "page"])).toBe("page");
  });
});

describe("suggest()", () => {
  it("names the nearest", () => {
    expect(suggest("@rout", ["@route", "@scope"])).toBe('Did you mean "@route"?');
  });
  it("names all where none is near", () => {
    expect(suggest("decade", ["day", "week"])).toBe('Use one of "day", "week"');
  });
  it("names the only one", () => {
    expect(suggest("decade", ["day"])).toBe('Use "day"');
  });
});
