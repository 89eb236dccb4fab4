import { describe, it } from "@std/testing/bdd";
import { expectBytes, expectRefused } from "../../tests/support/codec/expect_codec.ts";

describe("duration", () => {
  it("is what Cassandra prints", () => {
    expectBytes({ kind: "duration" }, [
      ['"1y2mo25d5h6m7s8ms9us10ns"', "1c32fc2168cdf9d664"],
      ['"-1d"', "000100"],
      ['"178956970y7mo"', "f0fffffffe0000"],
      ['"2147483647d"', "00f0fffffffe00"],
      ['"2562047h47m16s854ms775us807ns"', "0000fffffffffffffffffe"],
      [
        '"-178956970y8mo2147483648d2562047h47m16s854ms775us808ns"',
        "f0fffffffff0ffffffff" + "f".repeat(18),
      ],
      ['"0s"', "000000"],
      ['"64ns"', "00008080"],
      ['"-64ns"', "00007f"],
      ['"-65ns"', "00008081"],
      ['"8us192ns"', "0000c04000"],
    ]);
  });

  it("takes each of Cassandra's forms", () => {
    expectBytes({ kind: "duration" }, [
      ['"3w4d"', "003200", '"25d"'],
      ['"13mo"', "1a0000", '"1y1mo"'],
      ['"90s"', "0000f829e8d60800", '"1m30s"'],
      ['"1Y"', "180000", '"1y"'],
      ['"1µs"', "000087d0", '"1us"'],
      ['"1μs"', "000087d0", '"1us"'],
      ['"0d"', "000000", '"0s"'],
      ['"P1Y2M3DT4H5M6S"', "1c06fc1ac003cfe800", '"1y2mo3d4h5m6s"'],
      ['"-P1Y"', "170000", '"-1y"'],
      ['"P4W"', "003800", '"28d"'],
      ['"P0001-02-03T04:05:06"', "1c06fc1ac003cfe800", '"1y2mo3d4h5m6s"'],
      ['"PT36H"', "0000fcebbdb3ed0000", '"36h"'],
      ['"PT0.000000064S"', "00008080", '"64ns"'],
    ]);
  });

  it("refuses anything else", () => {
    const expected = "Expected a duration";
    expectRefused({ kind: "duration" }, [
      ['""', expected],
      ['"-"', expected],
      ['"P"', expected],
      ['"PT"', expected],
      ['"1h1y"', expected],
      ['"1mo12mo"', expected],
      ['"1.5s"', expected],
      ['"1d-1h"', expected],
      ['"P1Y2W"', expected],
      ['"PT0.0000000001S"', expected],
      ['"1"', expected],
      [`"${"1".repeat(300)}s"`, expected],
      ["90", expected],
    ]);
  });

  it("refuses what does not fit", () => {
    const expected = "Expected at most 32 bits of months and of days, and 64 of nanoseconds";
    expectRefused({ kind: "duration" }, [
      ['"178956970y8mo"', expected],
      ['"306783378w2d"', expected],
      ['"-2147483649d"', expected],
      ['"2562047h47m16s854ms775us808ns"', expected],
    ]);
  });
});
