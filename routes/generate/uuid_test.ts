import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { ticksOfMs, ticksOfUuid, uuidOfRandom, uuidOfTime } from "./uuid.ts";

describe("uuidOfRandom()", () => {
  it("sets the version and the variant, and nothing else", () => {
    expect(uuidOfRandom(new Uint8Array(16)).toString("hex"))
      .toBe("00000000000040008000000000000000");
    expect(uuidOfRandom(new Uint8Array(16).fill(0xff)).toString("hex"))
      .toBe("ffffffffffff4fffbfffffffffffffff");
  });
});

describe("uuidOfTime()", () => {
  it("makes the example of RFC 9562, appendix A.1", () => {
    const ticks = ticksOfMs(Date.UTC(2022, 1, 22, 19, 22, 22));
    const tail = Uint8Array.fromHex("33c89f6bdeced846");
    expect(uuidOfTime(ticks, tail).toString("hex")).toBe("c232ab00941411ecb3c89f6bdeced846");
  });

  for (
    const at of ["2026-11-25T23:59:59.999Z", "1969-12-31T23:59:59.999Z", "5236-01-01T00:00:00Z"]
  ) {
    it(`has the time ${at} as the driver reads it`, () => {
      const ms = Date.parse(at);
      const bytes = uuidOfTime(ticksOfMs(ms) + 1234n, new Uint8Array(8));
      const { date, ticks } = cassandra.types.TimeUuid.fromString(
        new cassandra.types.Uuid(bytes).toString(),
      ).getDatePrecision();
      expect([date.getTime(), ticks]).toEqual([ms, 1234]);
    });
  }

  it("says that its node is not a machine's address", () => {
    expect(uuidOfTime(0n, new Uint8Array(8))[10]).toBe(1);
  });
});

describe("ticksOfUuid()", () => {
  const TICKS = ticksOfMs(Date.UTC(2022, 1, 22, 19, 22, 22));

  it("reads the time of the examples of RFC 9562, appendices A.1 and A.6", () => {
    expect(ticksOfUuid("c232ab00-9414-11ec-b3c8-9f6bdeced846")).toBe(TICKS);
    expect(ticksOfUuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")).toBe(TICKS);
  });

  const WITHOUT_TIME: Record<string, string> = {
    "version 4": "919108f7-52d1-4320-9bac-f847db4148a8",
    "version 6": "1ec9414c-232a-6b00-b3c8-9f6bdeced846",
    "another variant": "017f22e2-79b0-7cc3-d8c4-dc0c0c07398f",
    "a text without hyphens": "017f22e279b07cc398c4dc0c0c07398f",
    "an empty text": "",
  };
  for (const [what, text] of Object.entries(WITHOUT_TIME)) {
    it(`finds no time in ${what}`, () => {
      expect(ticksOfUuid(text)).toBe(null);
    });
  }
});
