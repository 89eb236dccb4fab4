import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { helpToName, isSnakeCase, toSnakeCase } from "./snake_case.ts";

describe("isSnakeCase()", () => {
  const cases: [string, boolean][] = [
    ["station_id", true],
    ["a", true],
    ["a1_", true],
    ["", false],
    ["_a", false],
    ["1a", false],
    ["stationId", false],
    ["station-id", false],
    ["målinger", false],
    ["a\n", false],
  ];
  for (const [name, expected] of cases) {
    it(`is ${expected} for ${JSON.stringify(name)}`, () => {
      expect(isSnakeCase(name)).toBe(expected);
    });
  }
});

describe("toSnakeCase()", () => {
  const cases: [string, string][] = [
    ["station_id", "station_id"],
    ["stationId", "station_id"],
    ["Station-ID", "station_id"],
    ["__a b__", "a_b"],
    ["a__b_", "a__b_"],
    ["1st", "st"],
    ["☂", ""],
  ];
  for (const [name, expected] of cases) {
    it(`turns "${name}" into "${expected}"`, () => {
      expect(toSnakeCase(name)).toBe(expected);
    });
  }
});

describe("helpToName()", () => {
  it("proposes a name", () => {
    expect(helpToName("stationId")).toBe('Name it "station_id"');
  });
  it("states the rule where nothing of the name can stay", () => {
    expect(helpToName("☂")).toMatch(/^Use lower-case letters/);
  });
});
