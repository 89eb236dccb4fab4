import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { modules } from "./modules.ts";

const MAX_LINES = 350;

const MAX_FILES = 20;

/** Tests of the project as a whole; all others are in a room. */
const OUTSIDE_TEST_ROOMS = [
  "tests/architecture_test.ts",
  "tests/docs_test.ts",
  "tests/prose_test.ts",
];

const VAGUE = /(^|[/_])(utils?|helpers?|common|manager|misc)([_.]|$)/;

/** The folders with more than {@link MAX_FILES}; a test beside its module does not count. */
function largeFolders(paths: readonly string[]): string[] {
  const isBeside = (path: string) =>
    path.endsWith("_test.ts") && paths.includes(path.replace("_test.ts", ".ts"));
  const counted = paths.filter((path) => !isBeside(path));
  const byFolder = Map.groupBy(counted, (path) => path.slice(0, path.lastIndexOf("/")));
  return [...byFolder].filter(([, { length }]) => length > MAX_FILES).map(([folder]) => folder);
}

describe("files", () => {
  it(`have at most ${MAX_LINES} lines`, () => {
    const long = modules.filter(({ path }) => !path.endsWith("_test.ts"))
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long).toEqual([]);
  });

  it(`are at most ${MAX_FILES} in a folder`, () => {
    expect(largeFolders(modules.map(({ path }) => path))).toEqual([]);
  });

  it("are in a room if they test the whole service", () => {
    const outside = modules.map(({ path }) => path).filter((path) => /^tests\/[^/]+$/.test(path));
    expect(outside).toEqual(OUTSIDE_TEST_ROOMS);
  });

  it("are called after something in particular", () => {
    expect(modules.map(({ path }) => path).filter((path) => VAGUE.test(path))).toEqual([]);
  });

  it("begin by saying what they own", () => {
    const silent = modules.filter(({ path, text }) =>
      !/_test\.ts$/.test(path) && !/^\/\*\*\n(?: \*.*\n)*? \* @module\n/.test(text)
    ).map(({ path }) => path);
    expect(silent).toEqual([]);
  });
});
