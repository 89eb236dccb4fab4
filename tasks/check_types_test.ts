import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseReport } from "./check_types.ts";

const URL = "file:///project/routes/a.ts";

describe("parseReport()", () => {
  it("reads each mistake: code, reason, place and what is underlined", () => {
    const report = `TS2345 [ERROR]: Argument of type 'A' is not assignable to parameter of type 'B'.
  Type 'A' is not assignable to type 'C'.
    Types of property 'x' are incompatible.
      Type 'number' is not assignable to type 'string'.
}, (context) => {
   ~~~~~~~~~~~~~~
    at ${URL}:9:4

TS2322 [ERROR]: Type 'number' is not assignable to type 'string'.
const x: { a: string } = { a: 5 };
                           ^
    at ${URL}:13:28

    The expected type comes from property 'a' which is declared here on type '{ a: string; }'
    const x: { a: string } = { a: 5 };
               ^
        at ${URL}:13:12

Found 2 errors.

error: Type checking failed.
`;
    expect(parseReport(report)).toEqual([
      {
        place: { url: URL, line: 9, column: 4 },
        length: 14,
        message: "TS2345: Argument of type 'A' is not assignable to parameter of type 'B'",
        help:
          "Types of property 'x' are incompatible: Type 'number' is not assignable to type 'string'",
      },
      {
        place: { url: URL, line: 13, column: 28 },
        length: 1,
        message: "TS2322: Type 'number' is not assignable to type 'string'",
        help: "Change the code to match the type, or the type to match the code",
      },
    ]);
  });

  it("reads a mistake in a line that is too long to be shown", () => {
    const report = `TS2304 [ERROR]: Cannot find name 'x'.\n    at ${URL}:1:200\n`;
    expect(parseReport(report)).toMatchObject([{ length: null, place: { column: 200 } }]);
  });

  it("finds none in what is not a report of types", () => {
    expect(parseReport("error: Module not found\n    at file:///a.ts:1:2\n")).toEqual([]);
  });
});
