import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { helpToNameMarker, toMarkerName } from "./marker_name.ts";

describe("toMarkerName()", () => {
  const cases: [name: string, marker: string][] = [
    ["stationId", "station_id"],
    ["Limit", "row_limit"],
    ["token", "token_value"],
    ["TRUE", "true_value"],
    ["limits", "limits"],
    ["☂", ""],
  ];
  for (const [name, marker] of cases) {
    it(`makes "${marker}" of "${name}"`, () => expect(toMarkerName(name)).toBe(marker));
  }
});

describe("helpToNameMarker()", () => {
  it("never proposes what CQL reserves", () => {
    expect(helpToNameMarker("Order", ":")).toBe('Name it ":order_value"');
  });

  it("says the rule where nothing of the name can stay", () => {
    expect(helpToNameMarker("☂")).toMatch(/^Use lower-case letters/);
  });
});
