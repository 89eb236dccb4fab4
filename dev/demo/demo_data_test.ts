import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseObservations, readObservations } from "./demo_data.ts";

const HEADER = "date,pressure,temperature,wind\n";

describe("readObservations()", () => {
  it("reads a whole year of hours, oldest first", async () => {
    const observations = await readObservations();
    expect(observations).toHaveLength(8_759);
    expect(observations[0]).toEqual({
      observed_at: "2010-01-01T01:00:00Z",
      temperature: 4,
      pressure: 1016.6,
      wind: 3.8,
    });
    expect(observations.at(-1)?.observed_at).toBe("2010-12-31T23:00:00Z");
  });
});

describe("parseObservations()", () => {
  it("finds the columns by their names", () => {
    const [observation] = parseObservations(
      "wind,date,temperature,pressure\r\n1.5,2010-06-01T00:00:00,-2,1000\r\n",
    );
    expect(observation).toEqual({
      observed_at: "2010-06-01T00:00:00Z",
      temperature: -2,
      pressure: 1000,
      wind: 1.5,
    });
  });

  const cases = [
    { name: "a value missing", line: "2010-01-01T01:00:00,1016.6,4.0", message: 'wind is ""' },
    { name: "no number", line: "2010-01-01T01:00:00,x,4.0,3.8", message: 'pressure is "x"' },
    { name: "no such month", line: "2010-13-01T01:00:00,1,4.0,3.8", message: "date is" },
    { name: "a date alone", line: "2010-01-01,1,4.0,3.8", message: "date is" },
    {
      name: "a time twice",
      line: "2010-01-01T01:00:00,1,2,3\n2010-01-01T01:00:00,1,2,3",
      message: "2010-01-01T01:00:00 again in line 3",
    },
  ];
  for (const { name, line, message } of cases) {
    it(`rejects ${name}`, () => {
      expect(() => parseObservations(HEADER + line)).toThrow(message);
    });
  }
});
