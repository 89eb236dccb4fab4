import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { jsonLineFormatter } from "./json_line.ts";
import {
  createRequestLine,
  REQUEST_MESSAGE,
  requestFields,
  requestLevel,
  type RequestObservation,
} from "./request_line.ts";

const TIMESTAMP = 1_700_000_000_123;

const requests: fc.Arbitrary<RequestObservation> = fc.record({
  kind: fc.constant("request" as const),
  method: fc.constantFrom("GET", "POST"),
  route: fc.constantFrom("/stations/{station_id}", "/livez", "unmatched"),
  query: fc.option(fc.string()),
  status: fc.constantFrom(200, 404, 503),
  completed: fc.boolean(),
  durationMs: fc.double({ noNaN: true, min: 0, max: 1e6 }),
  cassandraMs: fc.double({ noNaN: true, min: 0, max: 1e6 }),
  requestId: fc.string(),
  issuer: fc.option(fc.string({ unit: "binary" })),
  subject: fc.option(fc.string({ unit: "binary" })),
  clientId: fc.option(fc.string({ unit: "binary" })),
  code: fc.option(fc.constantFrom("not_found" as const, "internal" as const)),
  policy: fc.option(fc.string()),
  cause: fc.constantFrom(undefined, "gone", new Error("gone")),
});

describe("createRequestLine()", () => {
  const lineOf = createRequestLine("cqlgate");
  const formatter = jsonLineFormatter("cqlgate");

  /** What the logger would write. */
  const logged = (request: RequestObservation) =>
    formatter({
      category: ["cqlgate"],
      level: requestLevel(request),
      message: [],
      rawMessage: REQUEST_MESSAGE,
      properties: requestFields(request),
      timestamp: TIMESTAMP,
    });

  it("makes the line that the logger makes, of any request", () => {
    fc.assert(
      fc.property(requests, (request) => expect(lineOf(request, TIMESTAMP)).toBe(logged(request))),
      { numRuns: 500 },
    );
  });

  it("makes it for more callers than it remembers, and for long names", () => {
    const [request] = fc.sample(requests, 1);
    const of = (subject: string): RequestObservation => ({ ...request!, code: null, subject });
    for (let count = 0; count < 5_000; count++) lineOf(of(`caller "${count}"`), TIMESTAMP);
    for (const subject of ['caller "0"', 'caller "4999"', '"'.repeat(300), "\x80"]) {
      for (let time = 0; time < 2; time++) {
        expect(lineOf(of(subject), TIMESTAMP)).toBe(logged(of(subject)));
      }
    }
  });

  it("has the level that its code says, and that of details for probes", () => {
    const [request] = fc.sample(requests, 1);
    const levelOf = (route: string, code: RequestObservation["code"], status = 200) =>
      requestLevel({ ...request!, route, code, status, cause: undefined });
    expect(levelOf("/stations", null)).toBe("info");
    expect(levelOf("/stations", null, 404)).toBe("info");
    expect(levelOf("/stations", null, 502)).toBe("error");
    expect(levelOf("/stations", "internal")).toBe("error");
    for (const probe of ["/livez", "/readyz"]) {
      expect([levelOf(probe, null), levelOf(probe, "not_ready")]).toEqual(["debug", "debug"]);
    }
  });

  it("has the time of each line", () => {
    const [request] = fc.sample(requests, 1);
    const times = [1, 1, 2].map((at) => JSON.parse(lineOf(request!, at))["@timestamp"]);
    expect(times).toEqual([1, 1, 2].map((at) => new Date(at).toISOString()));
  });
});
