import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { explainImportFailure } from "./import_failure.ts";

const ROUTE = "file:///project/routes/a.ts";
const isOurs = (url: string) => url.startsWith("file:///project/");

function failure(message: string, stack = ""): Error {
  const error = new TypeError(message);
  error.stack = stack;
  return error;
}

describe("explainImportFailure()", () => {
  const cases: [says: string, message: string, unlocked?: string[]][] = [
    [
      `Import "lodash" not a dependency and not in import map from "${ROUTE}"\n  hint: try deno add`,
      'Cannot import "lodash": it is not in the import map',
    ],
    [
      'Relative import path "lodash" not prefixed with / or ./ or ../',
      'Cannot import "lodash": it is not in the import map',
    ],
    [
      'The lockfile is out of date. Run it again.\nchanges:\n 4 | +    "npm:zod@4": "4.6.7",\n 8 | +    "zod@4.6.7": {',
      'Cannot import "npm:zod@4": only packages in the deno.lock of cqlgate are used',
      ["npm:zod@4"],
    ],
    [
      'Failed loading https://registry.invalid/x for package "x"\n    0: npm package not found in cache: "x", --cached-only is specified.',
      'Cannot import "x": only packages in the deno.lock of cqlgate are used',
    ],
    [
      'Specifier not found in cache: "https://example.com/x.ts", --cached-only is specified.',
      'Cannot import "https://example.com/x.ts": only packages in the deno.lock of cqlgate are used',
    ],
    [
      'Module not found "file:///project/with%20space/b.ts".',
      'Cannot import "file:///project/with%20space/b.ts": there is no such file',
    ],
    [
      'Requires read access to "/etc/b.ts", run again with the --allow-read flag',
      'Cannot import "/etc/b.ts": the process may not read it',
    ],
    [
      'Requires run access to "ls", run again with the --allow-run flag',
      "Cannot import this module: it needs run access, which the service does not have",
    ],
    [
      'Requires sys access to "hostname", run again with the --allow-sys flag',
      "Cannot import this module: it needs sys access, which the service does not have",
    ],
    [
      "The requested module 'cqlgate' does not provide an export named 'x'",
      'Cannot import "x": "cqlgate" does not export it',
    ],
    [
      "SyntaxError: Expression expected\n  |\n1 | const",
      "Cannot parse this module: Expression expected",
    ],
    ['Cannot define route "/x": "path" is wrong', 'Cannot define route "/x": "path" is wrong'],
    // What only quotes such a message is a failure of its own.
    [
      "I think the lockfile is out of date",
      'Cannot import this module: it throws "TypeError: I think the lockfile is out of date"',
    ],
    ["boom\nmore", 'Cannot import this module: it throws "TypeError: boom"'],
  ];
  for (const [says, message, unlocked = []] of cases) {
    it(`says what "${says.slice(0, 50)}" means`, () => {
      const explained = explainImportFailure(failure(says), isOurs);
      expect(explained).toMatchObject({ unlocked, place: null });
      expect(explained.message(null)).toBe(message);
      expect(explained.help).toMatch(/^[A-Z\d].*[^.]$|^docs\//);
    });
  }

  it("names a specifier as the module spells it", () => {
    const error = failure('Module not found "file:///project/b.ts".');
    expect(explainImportFailure(error, isOurs).message("./b.ts")).toBe(
      'Cannot import "./b.ts": there is no such file',
    );
  });

  it("offers the specifier that was meant", () => {
    const error = failure('Import "cqlgte" not a dependency and not in import map');
    expect(explainImportFailure(error, isOurs).help).toBe('Did you mean "cqlgate"?');
  });

  it("takes what is thrown as it is, an error or not", () => {
    expect(explainImportFailure("boom", isOurs).message(null)).toBe(
      'Cannot import this module: it throws "boom"',
    );
    expect(explainImportFailure(undefined, isOurs).message(null)).toBe(
      'Cannot import this module: it throws "undefined"',
    );
  });

  it("points at the innermost place in the project, whatever colours the runtime prints it in", () => {
    const stack =
      "Error: boom\n    at f (file:///app/x.ts:1:2)\n    at \x1b[36mfile:///project/b.ts\x1b[0m:\x1b[33m3\x1b[0m:4\n" +
      `    at ${ROUTE}:5:6`;
    expect(explainImportFailure(failure("boom", stack), isOurs).place).toEqual({
      url: "file:///project/b.ts",
      line: 3,
      column: 4,
    });
  });

  it("points nowhere where no place is in the project", () => {
    const error = failure("boom", "Error: boom\n    at file:///app/x.ts:1:2");
    expect(explainImportFailure(error, isOurs).place).toBe(null);
  });
});
