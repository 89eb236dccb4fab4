import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import {
  CatalogError,
  diagnosticAtStatement,
  formatDiagnostics,
  placeOf,
  positionOf,
} from "./diagnose.ts";
import type { Diagnostic } from "./source.ts";

function diagnosticAt(text: string, part: string, path = "a.cql"): Diagnostic {
  const start = text.indexOf(part);
  const span = { file: { path, text }, start, end: start + part.length };
  return { span, message: `Bad ${part.length}`, help: "Fix it" };
}

describe("formatDiagnostics()", () => {
  it("is empty for no diagnostics", () => {
    expect(formatDiagnostics([])).toBe("");
  });

  it("underlines the place and counts one mistake", () => {
    expect(formatDiagnostics([diagnosticAt("ab\ncd ef", "ef")])).toBe(
      "a.cql:2:4: Bad 2\n  2 | cd ef\n    |    ^^\n  help: Fix it\n\n1 mistake in 1 file",
    );
  });

  it("sorts by file and place, numbers as numbers", () => {
    const text = `${"x\n".repeat(9)}y\nz`;
    const report = formatDiagnostics([
      diagnosticAt("q", "q", "b.cql"),
      diagnosticAt(text, "z"),
      diagnosticAt(text, "y"),
      diagnosticAt(text, "x"),
    ]);
    expect(report.match(/^\S+:\d+:\d+/gm)).toEqual([
      "a.cql:1:1",
      "a.cql:10:1",
      "a.cql:11:1",
      "b.cql:1:1",
    ]);
    expect(report).toContain("  10 | y\n     | ^\n");
    expect(report).toMatch(/\n\n4 mistakes in 2 files$/);
  });

  const lines: { name: string; text: string; part: string; expected: string }[] = [
    {
      name: "keeps tabs under tabs",
      text: "\ta\tbc",
      part: "bc",
      expected: "a.cql:1:4: Bad 2\n  1 | \ta\tbc\n    | \t \t^^\n",
    },
    {
      name: "counts code points",
      text: "🌧å x🌧",
      part: "x🌧",
      expected: "a.cql:1:4: Bad 3\n  1 | 🌧å x🌧\n    |    ^^\n",
    },
    {
      name: "underlines the first line of a longer span",
      text: "a bc\r\nd",
      part: "bc\r\nd",
      expected: "a.cql:1:3: Bad 5\n  1 | a bc\n    |   ^^\n",
    },
    {
      name: "leaves out a byte order mark",
      text: "\uFEFFab",
      part: "b",
      expected: "a.cql:1:2: Bad 1\n  1 | ab\n    |  ^\n",
    },
    {
      name: "underlines one column of an empty span",
      text: "a",
      part: "",
      expected: "a.cql:1:1: Bad 0\n  1 | a\n    | ^\n",
    },
  ];
  for (const { name, text, part, expected } of lines) {
    it(name, () => {
      expect(formatDiagnostics([diagnosticAt(text, part)])).toContain(expected);
    });
  }
});

describe("CatalogError", () => {
  it("carries the diagnostics and their report", () => {
    const diagnostics = [diagnosticAt("ab", "b")];
    const error = new CatalogError(diagnostics);
    expect(error.diagnostics).toBe(diagnostics);
    expect(error.message).toBe(formatDiagnostics(diagnostics));
    expect(error.name).toBe("CatalogError");
  });
});

describe("positionOf()", () => {
  it("counts from 1", () => {
    const file = { path: "a.cql", text: "a\r\nb🌧c" };
    expect(positionOf(file, 0)).toEqual({ line: 1, column: 1 });
    expect(positionOf(file, file.text.indexOf("c"))).toEqual({ line: 2, column: 3 });
    expect(placeOf({ file, start: 3, end: 4 })).toBe("a.cql:2");
  });
});

describe("diagnosticAtStatement()", () => {
  const text = "-- name: å :one\r\nSELECT a,\r\n  '☂'  FROM b -- c\r\n WHERE d = :d;\n";
  const file = { path: "a.cql", text };
  const statementSpan = { file, start: text.indexOf("SELECT"), end: text.indexOf(";") };
  const cases: [line: number, column: number, expected: string][] = [
    [1, 0, "SELECT"],
    [1, 3, "SELECT"],
    [1, 6, "a"],
    [1, 7, "a"],
    [2, 2, "'☂'"],
    [2, 7, "FROM"],
    [3, 1, "WHERE"],
    [3, 11, ":"],
    [3, 13, "d"],
    [0, -1, "d"],
    [1, -1, "d"],
    [0, 3, "d"],
    [9, 0, "d"],
  ];
  for (const [line, column, expected] of cases) {
    it(`maps ${line}:${column} to ${expected}`, () => {
      const complaint = { line, column, message: "No", help: "Yes" };
      const { span, message, help } = diagnosticAtStatement(statementSpan, complaint);
      expect(text.slice(span.start, span.end)).toBe(expected);
      expect([message, help]).toEqual(["No", "Yes"]);
    });
  }
});
