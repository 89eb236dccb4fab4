import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { clientNameOf } from "./client_name.ts";

describe("clientNameOf()", () => {
  const NAMES = [
    ["header", "tenant", null, "Tenant"],
    ["header", "station_id", null, "Station-Id"],
    ["header", "x2_y", null, "X2-Y"],
    ["header", "trace_label", "X-Trace", "X-Trace"],
    ["body", "station_id", null, "station_id"],
    ["body", "station_id", "stationId", "stationId"],
    ["query", "row_limit", "top", "top"],
  ] as const;
  for (const [place, name, as, expected] of NAMES) {
    it(`is ${expected} for ${name} as ${as} in the ${place}`, () => {
      expect(clientNameOf({ name, as, source: { in: place } })).toBe(expected);
    });
  }
});
