import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { isHeader, isHeaderInside, readHeader } from "./header.ts";
import { lex, wholeFile } from "../text/lex.ts";
import type { Token } from "../text/token.ts";

function comment(text: string): Token {
  return lex(wholeFile({ path: "a.cql", text }), () => {})[0]!;
}

function read(text: string) {
  const messages: string[] = [];
  const header = readHeader(comment(text), ({ message }) => messages.push(message));
  const slice = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  return {
    name: header.name,
    mode: header.mode,
    places: [slice(header.nameSpan), slice(header.modeSpan)],
    messages,
  };
}

describe("isHeader()", () => {
  const cases: [string, boolean][] = [
    ["-- name: a :one", true],
    ["--name: a :one", true],
    ["-- name:a :one", true],
    ["-- name : a :one", true],
    ["-- name:", true],
    ["-- name: with any words", true],
    ["-- Name: a :one", true],
    ["-- NAME: a", true],
    ["-- @name a :one", true],
    ["-- name a :one", true],
    ["// name: a :one", true],
    ["/* name: a :one */", true],
    ["-- Name: of the station, as it is printed", false],
    ["-- Name of the station", false],
    ["-- names: a :one", false],
    ["-- The name: a :one", false],
    ["-- rename: a :one", false],
    ["-- @route GET /name", false],
  ];
  for (const [text, expected] of cases) {
    it(`is ${expected} for "${text}"`, () => {
      expect(isHeader(comment(text))).toBe(expected);
    });
  }
});

describe("isHeaderInside()", () => {
  const cases: [string, boolean][] = [
    ["-- name: a :one", true],
    ["--name: a:one", true],
    ["-- Name: a :onne", true],
    ["-- @name a :one", true],
    ["-- name: a :one at a time", true],
    ["/* name: a :one */", true],
    ["-- name:", false],
    ["-- name: as registered", false],
    ["-- name: unique", false],
    ["-- name: printed : on every ticket", false],
    ["-- name: see http://localhost", false],
    ["-- names: a :one", false],
  ];
  for (const [text, expected] of cases) {
    it(`is ${expected} for "${text}"`, () => {
      expect(isHeaderInside(comment(text))).toBe(expected);
    });
  }
});

describe("readHeader()", () => {
  for (const text of ["-- name: a_1 :many", "--  name:\ta_1   :many  "]) {
    it(`takes ${JSON.stringify(text)}`, () => {
      expect(read(text)).toEqual({
        name: "a_1",
        mode: "many",
        places: ["a_1", ":many"],
        messages: [],
      });
    });
  }

  const nearMisses = [
    "--name: a :one",
    "-- name:a :one",
    "-- name : a :one",
    "-- Name: a :one",
    "-- @name a :one",
    "-- name: a:one",
    "-- name: a : one",
    "-- name: a one",
    "// name: a :one",
    "/* name: a :one */",
  ];
  for (const text of nearMisses) {
    it(`reads "${text}" as what it was meant to be`, () => {
      const { name, mode, messages } = read(text);
      expect({ name, mode, messages }).toEqual({
        name: "a",
        mode: "one",
        messages: ["Malformed header"],
      });
    });
  }

  const mistakes: [text: string, messages: string[]][] = [
    ["-- name:", ["Missing query name", "Missing mode"]],
    ["-- name: :one", ["Missing query name"]],
    ["-- name: a", ["Missing mode"]],
    ["--name: a", ["Malformed header", "Missing mode"]],
    ["-- name: a :ones", ['Unknown mode ":ones"']],
    ["-- name: a :one b c", ['Unexpected "b c" after the mode']],
    ["-- name: getA :One", [
      'Cannot use query name "getA": not in snake_case',
      'Unknown mode ":One"',
    ]],
  ];
  for (const [text, messages] of mistakes) {
    it(`reports "${text}"`, () => {
      expect(read(text).messages).toEqual(messages);
    });
  }
});
