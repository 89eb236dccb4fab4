import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { pathToTry } from "./describe_service.ts";

describe("pathToTry()", () => {
  const optional = { get: { parameters: [{ required: false }, {}] } };

  it("is the first read that needs no values", () => {
    expect(pathToTry({
      "/stations/{id}": { get: { parameters: [{ required: true }] } },
      "/visits": { post: {} },
      "/stations": { post: {}, ...optional },
      "/tags": optional,
    })).toBe("/stations");
    expect(pathToTry({ "/now": { get: {} } })).toBe("/now");
  });

  it("asks whose token it is, where every read needs values", () => {
    const each = { get: { parameters: [{}, { required: true }] }, post: {} };
    expect(pathToTry({ "/fleets/{id}": each, "/fleets": { post: {} } }))
      .toBe("/docs/caller");
    expect(pathToTry({})).toBe("/docs/caller");
  });
});
