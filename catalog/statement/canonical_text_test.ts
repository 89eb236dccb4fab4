import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { anyStatement } from "../../tests/support/cql/generate_cql.ts";
import { parseCql } from "../../tests/support/cql/parse_cql.ts";
import { wholeFile } from "../text/lex.ts";
import { canonicalText } from "./canonical_text.ts";

const SPACE = fc.constantFrom(" ", "\n\t", " /* ; */ ", " -- it's\n", ' // "\r\n');

function canonical(text: string): string {
  return canonicalText({ span: wholeFile({ path: "a.cql", text }) });
}

describe("canonicalText()", () => {
  const plain = "select a from t where k = :k and n = 'It''s -- it'";
  const same = [
    "SELECT a FROM t WHERE k = :k AND n = 'It''s -- it'",
    "Select A\n\tFrom T Where K=:K And N='It''s -- it'",
    "SELECT a -- the first\nFROM /* the */ t WHERE k = : k AND n = 'It''s -- it'",
  ];
  for (const text of same) {
    it(`is the same for ${JSON.stringify(text)}`, () => {
      expect(canonical(text)).toBe(canonical(plain));
    });
  }

  const different = [
    "select b from t where k = :k and n = 'It''s -- it'",
    "select \"A\" from t where k = :k and n = 'It''s -- it'",
    "select a from t where k = :j and n = 'It''s -- it'",
    "select a from t where k = :k and n = 'it''s -- it'",
    "select a from t where k = :k and n = 'It''s  -- it'",
    "select a from t where k = :k and n = 'It''s -- it' limit 1",
    "selecta from t where k = :k and n = 'It''s -- it'",
  ];
  for (const text of different) {
    it(`is another for ${JSON.stringify(text)}`, () => {
      expect(canonical(text)).not.toBe(canonical(plain));
    });
  }

  it("is its own canonical text, whatever the statement", () => {
    fc.assert(
      fc.property(anyStatement, fc.infiniteStream(SPACE), (tokens, spaces) => {
        const text = tokens.reduce((text, token) => `${text}${spaces.next().value}${token}`);
        expect(canonical(text)).toBe(canonical(tokens.join(" ")));
        expect(canonical(canonical(text))).toBe(canonical(text));
        expect(parseCql(canonical(text)).kind).toBe(parseCql(text).kind);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
