import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { RequestHeaders } from "./request_headers.ts";

describe("RequestHeaders", () => {
  it("has what the runtime's headers have", () => {
    const name = fc.constantFrom("accept", "Accept", "x-a", "X-B", "host", "cookie", "x-", "a");
    const value = fc.constantFrom("", "1", "a, b", "é", "text/plain");
    const asked = ["accept", "x-a", "x-b", "x-c", "host", "cookie", "x-", "a", "accep"];
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (fields) => {
        const runtime = new Headers(fields);
        const headers = new RequestHeaders(runtime);
        expect(asked.map((each) => headers.get(each))).toEqual(
          asked.map((each) => runtime.get(each)),
        );
        expect(asked.map((each) => headers.has(each))).toEqual(
          asked.map((each) => runtime.has(each)),
        );
        const all = [...runtime];
        expect(headers.count).toBe(all.length);
        expect(headers.bytes).toBe(all.flat().join("").length);
      }),
    );
  });

  it("finds nothing that no request has", () => {
    const headers = new RequestHeaders(new Headers({ accept: "*/*" }));
    for (const name of ["", "Accept", "length", "__proto__", "constructor"]) {
      expect([headers.get(name), headers.has(name)]).toEqual([null, false]);
    }
  });
});
