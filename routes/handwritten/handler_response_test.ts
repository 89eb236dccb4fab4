import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { asMutableResponse } from "./handler_response.ts";

describe("asMutableResponse()", () => {
  it("passes on a response whose headers can be changed", () => {
    const response = new Response("a");
    expect(asMutableResponse(response, "GET /a")).toBe(response);
  });

  it("copies a response whose headers cannot be changed", () => {
    const copy = asMutableResponse(Response.redirect("https://example.com/b", 307), "GET /a");
    copy.headers.set("x-own", "1");
    expect([copy.status, copy.headers.get("location")]).toEqual([307, "https://example.com/b"]);
  });

  const MISTAKES: Readonly<Record<string, [returned: () => Promise<unknown>, message: string]>> = {
    "nothing": [() => Promise.resolve(undefined), "returned nothing: return a Response"],
    "a text": [() => Promise.resolve("a"), "returned a string: return a Response"],
    "a response that has been read": [async () => {
      const response = new Response("a");
      await response.text();
      return response;
    }, "returned a response whose body has been read: make one for each request"],
    "a response that it has returned before": [() => {
      const shared = new Response(null, { status: 204 });
      asMutableResponse(shared, "GET /a");
      return Promise.resolve(shared);
    }, "returned a response that it has returned before: make one for each request"],
  };
  for (const [what, [returned, message]] of Object.entries(MISTAKES)) {
    it(`refuses ${what}`, async () => {
      const value = await returned();
      const refused = () => asMutableResponse(value, "GET /a");
      expect(refused).toThrow(TypeError);
      expect(refused).toThrow(`Cannot answer: the handler of "GET /a" ${message}`);
    });
  }
});
