import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { answer } from "./answer.ts";

describe("answer()", () => {
  for (const status of [200, 201, 404]) {
    for (const body of ["text", new TextEncoder().encode("text"), null]) {
      it(`has its status and its own headers: ${status}, ${body?.constructor.name}`, async () => {
        const headers = { "content-type": "application/json", etag: '"1"' };
        const response = answer(body, { status, headers });
        expect(response.status).toBe(status);
        expect(Object.fromEntries(response.headers)).toEqual(headers);
        expect(await response.text()).toBe(body === null ? "" : "text");
      });
    }
  }

  it("refuses what cannot be in a header", () => {
    for (const value of ["a\r\nset-cookie: b", "a\0", "\u{1F600}"]) {
      expect(() => answer("text", { headers: { etag: value } })).toThrow(TypeError);
    }
    expect(() => answer(null, { headers: { "a b": "c" } })).toThrow(TypeError);
  });
});
