import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ServiceError } from "../../../errors/service_error.ts";
import { type Field, readFields } from "./read_fields.ts";

function mistakeIn(text: string, columns: readonly string[] | null): string {
  try {
    return `read: ${JSON.stringify(readFields(text, columns))}`;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    expect(error.code).toBe("malformed_request");
    return error.detail;
  }
}

describe("readFields()", () => {
  const read: [text: string, fields: Field[]][] = [
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    [",", [null, null]],
    ['"",', ["", null]],
    [',"a"', [null, "a"]],
    [" a , ", [" a ", " "]],
    ['"a,b","c\r\nd"', ["a,b", "c\r\nd"]],
    ['"""",""""""', ['"', '""']],
    ['"say ""hi"""', ['say "hi"']],
    ["=1+1,-1,@x", ["=1+1", "-1", "@x"]],
    ["'a','b", ["'a'", "'b"]],
    ["\\N,null", ["\\N", "null"]],
    ["a\tb,\u0000", ["a\tb", "\u0000"]],
  ];
  for (const [text, fields] of read) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(readFields(text, null)).toEqual(fields);
      expect(readFields(text, fields.map(() => "name"))).toEqual(fields);
    });
  }

  const columns = ["id", "note"];
  const refused: [text: string, detail: string][] = [
    ['a"b,c', 'Column 1, "id", has a quote and does not begin with it'],
    ['a, "b"', 'Column 2, "note", has a quote and does not begin with it'],
    ['a,"b" ', 'Column 2, "note", goes on after its closing quote'],
    ['a,"b"c"', 'Column 2, "note", goes on after its closing quote'],
    ['a,"b', 'Column 2, "note", opens a quote that is never closed'],
    ['a,"', 'Column 2, "note", opens a quote that is never closed'],
    ['a,"""', 'Column 2, "note", opens a quote that is never closed'],
    ["a,b\rc,d", 'Column 2, "note", has a carriage return outside quotes'],
    ["a", "The line has 1 field, and the header line 2 columns"],
    ["a,b,c", "The line has 3 fields, and the header line 2 columns"],
    ['a,b,"c', "Column 3 opens a quote that is never closed"],
    ["1,5,20,7", "The line has 4 fields"],
  ];
  for (const [text, detail] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(mistakeIn(text, columns)).toContain(detail);
    });
  }

  it("takes as many columns as a sheet has, and no more", () => {
    const commas = ",".repeat(16_383);
    expect(readFields(commas, null)).toHaveLength(16_384);
    expect(mistakeIn(`${commas},`, null)).toContain("more than 16384 columns");
  });

  it("names no column in the header itself", () => {
    expect(mistakeIn('id,"note', null)).toContain("Column 2 opens a quote");
    expect(mistakeIn("a,b", ["id"])).toContain("the header line 1 column:");
  });
});
