import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Diagnostic } from "./source.ts";
import { isKeyword, tokenize, type TokenKind, wholeFile } from "./tokenize.ts";

function read(text: string): { tokens: [TokenKind, string][]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const tokens = tokenize(wholeFile({ path: "a.cql", text }), (found) => diagnostics.push(found));
  return { tokens: tokens.map(({ kind, text }) => [kind, text]), diagnostics };
}

function markersOf(text: string): string[] {
  return read(text).tokens.flatMap(([kind, text]) => kind === "marker" ? [text] : []);
}

describe("tokenize()", () => {
  const cases: { text: string; tokens: [TokenKind, string][] }[] = [
    { text: "", tokens: [] },
    { text: " \r\n\t", tokens: [] },
    { text: "SELECT a_1", tokens: [["word", "SELECT"], ["word", "a_1"]] },
    { text: "'it''s -- :a; ?'", tokens: [["string", "'it''s -- :a; ?'"]] },
    { text: "'''' ''", tokens: [["string", "''''"], ["string", "''"]] },
    { text: "$$ ; ' $ $$;", tokens: [["string", "$$ ; ' $ $$"], ["punctuation", ";"]] },
    { text: `"a""b;" "IF"`, tokens: [["quoted", `"a""b;"`], ["quoted", `"IF"`]] },
    { text: "-- a\n1", tokens: [["comment", "-- a"], ["number", "1"]] },
    { text: "// a;\r\n1", tokens: [["comment", "// a;"], ["number", "1"]] },
    {
      text: "/* ; */ /**/1",
      tokens: [["comment", "/* ; */"], ["comment", "/**/"], ["number", "1"]],
    },
    { text: "/* /* */ 1", tokens: [["comment", "/* /* */"], ["number", "1"]] },
    {
      text: "1.5 0xFf 1h30m",
      tokens: [["number", "1.5"], ["number", "0xFf"], ["number", "1h30m"]],
    },
    {
      text: "a - -1",
      tokens: [["word", "a"], ["punctuation", "-"], ["punctuation", "-"], ["number", "1"]],
    },
    { text: "a=?", tokens: [["word", "a"], ["punctuation", "="], ["question", "?"]] },
    { text: "\uFEFFa", tokens: [["word", "a"]] },
    { text: "🌧å", tokens: [["punctuation", "🌧"], ["punctuation", "å"]] },
  ];
  for (const { text, tokens } of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(read(text)).toEqual({ tokens, diagnostics: [] });
    });
  }

  const markerCases: { text: string; markers: string[] }[] = [
    { text: "a = :a AND b IN :b", markers: [":a", ":b"] },
    { text: "LIMIT :n", markers: [":n"] },
    { text: "USING TTL :ttl AND TIMESTAMP :at", markers: [":ttl", ":at"] },
    { text: "a = : a", markers: [": a"] },
    { text: `a = :"A""b"`, markers: [`:"A""b"`] },
    { text: "a = ':a' AND b = $$:b$$ -- :c", markers: [] },
    { text: `":a"`, markers: [] },
    { text: "'12:30:00'", markers: [] },
    { text: `JSON '{"a": :b}'`, markers: [] },
    { text: "INSERT INTO t JSON :json", markers: [":json"] },
    { text: "{'a': b}", markers: [] },
    { text: "{'a':now()}", markers: [] },
    { text: "{'a': :b}", markers: [":b"] },
    { text: "{'a'::b, :c:'d', :e : :f}", markers: [":b", ":c", ":e", ":f"] },
    { text: "{:a, :b}", markers: [":a", ":b"] },
    { text: "{street::s, tags:{'a', :b}, at:{x: :y}, z::z}", markers: [":s", ":b", ":y", ":z"] },
    { text: "{f(:a): [:b, :c], g: (int):d}", markers: [":a", ":b", ":c", ":d"] },
    { text: "{'a': 1} AND b = :b", markers: [":b"] },
    { text: "{'a'} AND b = :b", markers: [":b"] },
    { text: "{1 - 1: a}", markers: [] },
    { text: "{f(1): a}", markers: [] },
    { text: "{'{': a, '}': b, ':': c}", markers: [] },
    { text: "l[:i] = :v", markers: [":i", ":v"] },
    { text: "l[:i..:j]", markers: [":i", ":j"] },
    { text: "(:a, :b)", markers: [":a", ":b"] },
    { text: "b = (int):c", markers: [":c"] },
    { text: "a = :1 AND b = :_c", markers: [] },
  ];
  for (const { text, markers } of markerCases) {
    it(`finds the markers of ${text}`, () => {
      expect(markersOf(text)).toEqual(markers);
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
      expect(tokens.at(-1)?.[0]).toBe("unterminated");
      expect(diagnostics.map(({ message }) => message)).toEqual([message]);
      const { start, end } = diagnostics[0]!.span;
      expect(text.slice(start, end)).toBe(opening);
    });
  }

  it("keeps to the span", () => {
    const file = { path: "a.cql", text: "a 'b' c'" };
    const tokens = tokenize({ file, start: 2, end: 7 }, () => {
      throw new Error("Unexpected diagnostic");
    });
    expect(tokens.map(({ span }) => [span.start, span.end])).toEqual([[2, 5], [6, 7]]);
  });
});

describe("isKeyword()", () => {
  const cases = [["if", true], ["IF", true], [`"IF"`, false], ["'IF'", false], [
    "IFF",
    false,
  ]] as const;
  for (const [text, expected] of cases) {
    it(`is ${expected} for ${text}`, () => {
      const [token] = tokenize(wholeFile({ path: "a.cql", text }), () => {});
      expect(isKeyword(token, "IF")).toBe(expected);
    });
  }
});
