import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createRandom } from "./random.ts";
import { formatRequest, parseRequest } from "./request_file.ts";
import { WORKS } from "./works.ts";

describe("parseRequest()", () => {
  for (const work of WORKS) {
    if (work.kind !== "requests") continue;
    it(`reads what formatRequest() writes of ${work.name}`, () => {
      const next = work.plan(createRandom(1));
      const requests = Array.from({ length: 100 }, next);
      expect(requests.map((request) => parseRequest(formatRequest(request)))).toEqual(requests);
    });
  }

  it("refuses another line", () => {
    for (const line of ["", "GET", "PUT /stations/a", "GET /a\nGET /b"]) {
      expect(() => parseRequest(line)).toThrow("Cannot read a planned request");
    }
  });
});
