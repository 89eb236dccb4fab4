import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { lex, wholeFile } from "./lex.ts";
import type { Diagnostic } from "./source.ts";

function read(text: string): { tokens: string[]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const tokens = lex(wholeFile({ path: "a.cql", text }), (found) => diagnostics.push(found));
  return { tokens: tokens.map(({ kind, text }) => `${kind} ${text}`), diagnostics };
}

describe("lex()", () => {
  const cases: [text: string, ...tokens: string[]][] = [
    [""],
    [" \r\n\t"],
    ["SELECT a_1", "word SELECT", "word a_1"],
    ["'it''s -- :a; ?'", "string 'it''s -- :a; ?'"],
    ["'''' ''", "string ''''", "string ''"],
    ["$$ ; ' $ $$;", "string $$ ; ' $ $$", "operator ;"],
    [`"a""b;" "IF" ""`, `quoted "a""b;"`, `quoted "IF"`, `quoted ""`],
    ["-- a\n1", "comment -- a", "integer 1"],
    ["// a;\r\n1", "comment // a;", "integer 1"],
    ["/* ; */ /**/1", "comment /* ; */", "comment /**/", "integer 1"],
    ["/* /* */ 1", "comment /* /* */", "integer 1"],
    ["a=?", "word a", "operator =", "operator ?"],
    ["\uFEFFa", "word a"],
    [
      ":a : b ::c",
      "operator :",
      "word a",
      "operator :",
      "word b",
      ...["operator :", "operator :"],
      "word c",
    ],
    [
      "<=>=!=+=-=<>..",
      ...["<=", ">=", "!=", "+=", "-=", "<", ">", ".."].map((sign) => `operator ${sign}`),
    ],
    ["expr(a) expr (a)", "operator expr(", "word a", "operator )", "word expr", ...[
      "operator (",
      "word a",
      "operator )",
    ]],
    ["myexpr(a)", "word myexpr", "operator (", "word a", "operator )"],
    ["🌧å", "unknown 🌧", "unknown å"],
    ["a\u00a0b", "word a", "unknown \u00a0", "word b"],
  ];
  for (const [text, ...tokens] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(read(text)).toEqual({ tokens, diagnostics: [] });
    });
  }

  const uuid = "123e4567-E89B-12d3-a456-426614174000";
  const constants: [text: string, ...tokens: string[]][] = [
    ["0 42 -42", "integer 0", "integer 42", "integer -42"],
    ["1.5 -1. 1e5 1.5E-3", "float 1.5", "float -1.", "float 1e5", "float 1.5E-3"],
    ["-nan -Infinity", "float -nan", "float -Infinity"],
    ["0xFf 0X 0xCAFEz", "hex 0xFf", "hex 0X", "hex 0xCAFE", "word z"],
    [uuid, `uuid ${uuid}`],
    [`a=${uuid}b`, "word a", "operator =", `uuid ${uuid}`, "word b"],
    ["abcdefab-1234-1234-1234-123456789abc", "uuid abcdefab-1234-1234-1234-123456789abc"],
    ["aabcdefab-1234", "word aabcdefab", "integer -1234"],
    ["1h30m -2d 1mo3us4ns", "duration 1h30m", "duration -2d", "duration 1mo3us4ns"],
    ["P1Y2M3DT4H5M6S -P1W PT1S", "duration P1Y2M3DT4H5M6S", "duration -P1W", "duration PT1S"],
    ["P2020-01-02T03:04:05", "duration P2020-01-02T03:04:05"],
    ["P1WX p1w PT", "word P1WX", "word p1w", "word PT"],
    ["a - 1", "word a", "operator -", "integer 1"],
    ["a -1", "word a", "integer -1"],
    ["a-1", "word a", "integer -1"],
    ["a-b", "word a", "operator -", "word b"],
    ["1-1", "integer 1", "integer -1"],
    ["[1..2]", "operator [", "integer 1", "operator ..", "integer 2", "operator ]"],
    ["1...2", "float 1.", "operator ..", "integer 2"],
    ["5LIMIT", "integer 5", "word LIMIT"],
  ];
  for (const [text, ...tokens] of constants) {
    it(`reads the constants of ${text}`, () => {
      expect(read(text)).toEqual({ tokens, diagnostics: [] });
    });
  }

  const broken = [
    "12345678-1",
    "abcdefab-c",
    "1e",
    "1.5e",
    "1h30",
    "1a",
    "0b1",
    "a-name",
    "-P",
    "!",
    "$",
  ];
  for (const text of broken) {
    it(`finds no tokens throughout ${text}`, () => {
      expect(read(text).tokens.map((token) => token.split(" ")[0])).toContain("unknown");
    });
  }

  const openCases: { text: string; message: string; opening: string }[] = [
    { text: "a 'b", message: "Unterminated string", opening: "'" },
    { text: "a 'b''", message: "Unterminated string", opening: "'" },
    { text: "$$ a $", message: "Unterminated string", opening: "$$" },
    { text: `"a""`, message: "Unterminated quoted name", opening: '"' },
    { text: "/* a *", message: "Unterminated comment", opening: "/*" },
    { text: "/*/", message: "Unterminated comment", opening: "/*" },
  ];
  for (const { text, message, opening } of openCases) {
    it(`reports ${text}`, () => {
      const { tokens, diagnostics } = read(text);
      expect(tokens.at(-1)).toMatch(/^unterminated /);
      expect(diagnostics.map(({ message }) => message)).toEqual([message]);
      const { start, end } = diagnostics[0]!.span;
      expect(text.slice(start, end)).toBe(opening);
    });
  }

  it("keeps to the span", () => {
    const file = { path: "a.cql", text: "a 'b' c'" };
    const tokens = lex({ file, start: 2, end: 7 }, () => {
      throw new Error("Unexpected diagnostic");
    });
    expect(tokens.map(({ span }) => [span.start, span.end])).toEqual([[2, 5], [6, 7]]);
  });

  it("covers all of a text but white space", () => {
    const text = `SELECT a-b, 'x' -- y\nFROM "t" WHERE 1e é ${"1".repeat(50)}e`;
    const tokens = lex(wholeFile({ path: "a.cql", text }), () => {});
    let end = 0;
    for (const { span } of tokens) {
      expect(text.slice(end, span.start)).toMatch(/^[ \n]*$/);
      end = span.end;
    }
    expect(end).toBe(text.length);
  });
});
