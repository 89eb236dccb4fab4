import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { readCredentials } from "./credentials.ts";

describe("readCredentials()", () => {
  it("reads the scheme, in any case, and the token", () => {
    expect(readCredentials("bearer a.b", ["Bearer"])).toEqual({ scheme: "Bearer", token: "a.b" });
  });

  const REFUSED: [header: string | undefined, code: string, detail: string][] = [
    [undefined, "missing_token", "This route needs a token"],
    ["", "missing_token", "This route needs a token"],
    [" ", "missing_token", "This route needs a token"],
    ["Basic YTpi", "missing_token", 'This route takes only the scheme "Bearer"'],
    ["DPoP a", "missing_token", 'This route takes only the scheme "Bearer"'],
    ["Bearer", "malformed_request", '"Bearer", a space and one token'],
    ["Bearer ", "malformed_request", '"Bearer", a space and one token'],
    ["Bearer a, Bearer b", "malformed_request", '"Bearer", a space and one token'],
  ];
  for (const [header, code, detail] of REFUSED) {
    const what = header === undefined ? "no header" : `"${header}"`;
    it(`answers ${code} to ${what}`, () => {
      expect(() => readCredentials(header, ["Bearer"])).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(detail) }),
      );
    });
  }
});
