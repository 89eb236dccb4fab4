import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { ticksOfMs, uuidOfRandom, uuidOfTime } from "./uuid.ts";

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
