import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { lex, wholeFile } from "./lex.ts";
import { isKeyword, isOperator, nameOf, stringOf, type Token } from "./token.ts";

function tokenOf(text: string): Token {
  return lex(wholeFile({ path: "a.cql", text }), () => {})[0]!;
}

describe("isKeyword()", () => {
  const cases = [["if", true], ["IF", true], [`"IF"`, false], ["'IF'", false], [
    "IFF",
    false,
  ]] as const;
  for (const [text, expected] of cases) {
    it(`is ${expected} for ${text}`, () => expect(isKeyword(tokenOf(text), "IF")).toBe(expected));
  }

  it("is false past the end", () => expect(isKeyword(undefined, "IF")).toBe(false));
});

describe("isOperator()", () => {
  const cases = [["<=", true], ["<", false], ["'<='", false], ['"<="', false]] as const;
  for (const [text, expected] of cases) {
    it(`is ${expected} for ${text}`, () => expect(isOperator(tokenOf(text), "<=")).toBe(expected));
  }
});

describe("nameOf()", () => {
  const cases = [["Station_ID", "station_id"], [`"A""b"`, 'A"b'], [`""`, ""], ["'a'", null], [
    "1",
    null,
  ]] as const;
  for (const [text, expected] of cases) {
    it(`is ${expected} for ${text}`, () => expect(nameOf(tokenOf(text))).toBe(expected));
  }
});

describe("stringOf()", () => {
  const cases = [["'it''s'", "it's"], ["''", ""], ["$$it''s$$", "it''s"], ["$$$$", ""]] as const;
  for (const [text, expected] of cases) {
    it(`is ${JSON.stringify(expected)} for ${text}`, () => {
      expect(stringOf(tokenOf(text))).toBe(expected);
    });
  }
});
