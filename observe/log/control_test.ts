import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { CONTROL_IN_JSON, CONTROL_IN_LINES, escaped } from "./control.ts";

/** All characters of two bytes: none of the others is a control character. */
const EVERY = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

describe("Control characters", () => {
  it("in lines are all but the end of a line and the tab", () => {
    const expected = EVERY.filter((each) => CONTROL.test(each) && !"\n\t".includes(each));
    expect(EVERY.filter((each) => each.search(CONTROL_IN_LINES) === 0)).toEqual(expected);
  });

  it("in JSON are those that JSON does not escape", () => {
    const expected = EVERY.filter((each) => CONTROL.test(each) && each >= " ");
    expect(EVERY.filter((each) => each.search(CONTROL_IN_JSON) === 0)).toEqual(expected);
  });

  it("are escaped as in JSON", () => {
    for (const each of EVERY.filter((each) => CONTROL.test(each))) {
      expect(JSON.parse(`"${escaped(each)}"`)).toBe(each);
    }
  });
});
