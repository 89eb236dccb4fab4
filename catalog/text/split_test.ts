import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Diagnostic } from "./source.ts";
import { splitStatements } from "./split.ts";

function split(text: string) {
  const diagnostics: Diagnostic[] = [];
  const { statements, trailingComments } = splitStatements({ path: "a.cql", text }, {
    report: (found) => diagnostics.push(found),
    beginsStatement: (comment) => comment.text.startsWith("-- name:"),
  });
  return {
    statements: statements.map(({ span }) => text.slice(span.start, span.end)),
    leading: statements.map(({ leadingComments }) => leadingComments.map(({ text }) => text)),
    inner: statements.map(({ innerComments }) => innerComments.map(({ text }) => text)),
    trailing: trailingComments.map(({ text }) => text),
    messages: diagnostics.map(({ message }) => message),
  };
}

describe("splitStatements()", () => {
  const cases: { text: string; statements: string[] }[] = [
    { text: "", statements: [] },
    { text: "-- nothing\n", statements: [] },
    { text: "SELECT 1", statements: ["SELECT 1"] },
    { text: " SELECT 1 ;\r\n\tSELECT 2;", statements: ["SELECT 1", "SELECT 2"] },
    { text: "a ';' ; b", statements: ["a ';'", "b"] },
    { text: "a $$ ; $$; b", statements: ["a $$ ; $$", "b"] },
    { text: `a ";" ; b`, statements: [`a ";"`, "b"] },
    { text: "a -- ;\n; b", statements: ["a", "b"] },
    { text: "a // ;\n x; b", statements: ["a // ;\n x", "b"] },
    { text: "a /* ; */ x; b", statements: ["a /* ; */ x", "b"] },
    {
      text: "BEGIN BATCH a; b; APPLY BATCH; c;",
      statements: ["BEGIN BATCH a; b; APPLY BATCH", "c"],
    },
    {
      text: "begin unlogged batch using timestamp 1 a; apply batch; c",
      statements: ["begin unlogged batch using timestamp 1 a; apply batch", "c"],
    },
    {
      text: "BEGIN COUNTER BATCH a; APPLY BATCH",
      statements: ["BEGIN COUNTER BATCH a; APPLY BATCH"],
    },
    { text: "BEGIN BATCH a APPLY BATCH; b", statements: ["BEGIN BATCH a APPLY BATCH", "b"] },
    {
      text: "BEGIN BATCH a 'APPLY BATCH'; \"APPLY\" BATCH; APPLY /* */ BATCH;",
      statements: ["BEGIN BATCH a 'APPLY BATCH'; \"APPLY\" BATCH; APPLY /* */ BATCH"],
    },
    { text: "SELECT batch FROM begin; b", statements: ["SELECT batch FROM begin", "b"] },
    { text: "BEGIN TRANSACTION; b", statements: ["BEGIN TRANSACTION", "b"] },
    { text: "\uFEFFa; b", statements: ["a", "b"] },
  ];
  for (const { text, statements } of cases) {
    it(`splits ${JSON.stringify(text)}`, () => {
      const found = split(text);
      expect(found.statements).toEqual(statements);
      expect(found.messages).toEqual([]);
    });
  }

  it("gives each comment to the statement it stands before or in", () => {
    const found = split("-- 1\n/* 2 */ a -- 3\n + b // 4\n; -- 5\nc; -- 6");
    expect(found.leading).toEqual([["-- 1", "/* 2 */"], ["-- 5"]]);
    expect(found.inner).toEqual([["-- 3", "// 4"], []]);
    expect(found.trailing).toEqual(["-- 6"]);
  });

  it("leaves comments out of the tokens", () => {
    const { statements } = splitStatements({ path: "a.cql", text: "a /* b */ c" }, {
      report: () => {},
    });
    expect(statements[0]?.tokens.map(({ text }) => text)).toEqual(["a", "c"]);
  });

  it("reports an empty statement and keeps its comments for the next", () => {
    const found = split("-- 1\n; ; a");
    expect(found.messages).toEqual(["Empty statement", "Empty statement"]);
    expect(found.leading).toEqual([["-- 1"]]);
  });

  it("ends a statement at the comment that begins the next", () => {
    const found = split("a\n-- b\n-- name: c :one\nd;");
    expect(found.statements).toEqual(["a", "d"]);
    expect(found.leading).toEqual([[], ["-- name: c :one"]]);
    expect(found.messages).toEqual(["Missing semicolon"]);
  });

  it("ends an unterminated batch at the comment that begins the next statement", () => {
    const found = split("BEGIN BATCH a; b;\n-- name: c :one\nd;");
    expect(found.statements).toEqual(["BEGIN BATCH a; b;", "d"]);
    expect(found.messages).toEqual(["Unterminated batch"]);
  });

  it("reports an unterminated batch at the end of the file", () => {
    expect(split("BEGIN BATCH a; b;").messages).toEqual(["Unterminated batch"]);
  });
});
