import { describe, it } from "@std/testing/bdd";
import { expectBytes, expectRefused, expectText } from "../../tests/support/codec/expect_codec.ts";

describe("timestamp", () => {
  it("is RFC 3339 in UTC with milliseconds", () => {
    expectBytes({ kind: "timestamp" }, [
      ['"1970-01-01T00:00:00.000Z"', "0000000000000000"],
      ['"1969-12-31T23:59:59.999Z"', "ffffffffffffffff"],
      ['"2010-01-01T00:00:00.000Z"', "00000125e72e7800"],
      ['"0000-01-01T00:00:00.000Z"', "ffffc77590fba000"],
      ['"9999-12-31T23:59:59.999Z"', "0000e677d21fdbff"],
    ]);
  });

  it("goes on in expanded years, through all 64 bits", () => {
    expectBytes({ kind: "timestamp" }, [
      ['"-000001-12-31T23:59:59.999Z"', "ffffc77590fb9fff"],
      ['"+010000-01-01T00:00:00.000Z"', "0000e677d21fdc00"],
      ['"+275760-09-13T00:00:00.000Z"', "001eb208c2dc0000"],
      ['"+275760-09-13T00:00:00.001Z"', "001eb208c2dc0001"],
      ['"-271821-04-19T23:59:59.999Z"', "ffe14df73d23ffff"],
      ['"+292278994-08-17T07:12:55.807Z"', "7fffffffffffffff"],
      ['"-292275055-05-16T16:47:04.192Z"', "8000000000000000"],
      ['"-292275055-05-17T00:00:00.000Z"', "80000000018c5c00"],
    ]);
  });

  it("takes any offset, and fractions that lose nothing", () => {
    const noon = "00000125e9c1a600";
    expectBytes({ kind: "timestamp" }, [
      ['"2010-01-01T12:00:00Z"', noon, '"2010-01-01T12:00:00.000Z"'],
      ['"2010-01-01T12:00:00.0Z"', noon, '"2010-01-01T12:00:00.000Z"'],
      ['"2010-01-01t12:00:00.000000z"', noon, '"2010-01-01T12:00:00.000Z"'],
      [`"2010-01-01T12:00:00.${"0".repeat(1000)}Z"`, noon, '"2010-01-01T12:00:00.000Z"'],
      ['"2010-01-01T17:30:00+05:30"', noon, '"2010-01-01T12:00:00.000Z"'],
      ['"2009-12-31T23:00:00-13:00"', noon, '"2010-01-01T12:00:00.000Z"'],
      ['"2010-01-01T12:00:00-00:00"', noon, '"2010-01-01T12:00:00.000Z"'],
      ['"1970-01-01T00:00:00.5Z"', "00000000000001f4", '"1970-01-01T00:00:00.500Z"'],
      ['"2000-02-29T00:00:00Z"', "000000dd9aa6e000", '"2000-02-29T00:00:00.000Z"'],
    ]);
  });

  it("refuses what has no offset, no time, or does not exist", () => {
    const expected = "Expected an RFC 3339 date-time with an offset";
    expectRefused({ kind: "timestamp" }, [
      ['"2010-01-01"', expected],
      ['"2010-01-01T00:00:00"', expected],
      ['"2010-01-01 00:00:00Z"', expected],
      ['"2010-01-01T00:00Z"', expected],
      ['"2010-02-29T00:00:00Z"', expected],
      ['"1900-02-29T00:00:00Z"', expected],
      ['"2010-13-01T00:00:00Z"', expected],
      ['"2010-01-01T24:00:00Z"', expected],
      ['"2010-01-01T23:59:60Z"', expected],
      ['"2010-01-01T00:00:00+24:00"', expected],
      ['"2010-01-01T00:00:00+0100"', expected],
      ['"-000000-01-01T00:00:00Z"', expected],
      ['"10000-01-01T00:00:00Z"', expected],
      ["1262304000000", expected],
    ]);
  });

  it("refuses what it would round or cut", () => {
    expectRefused({ kind: "timestamp" }, [
      ['"2010-01-01T00:00:00.0001Z"', "Expected no more than milliseconds"],
      ['"+292278994-08-17T07:12:55.808Z"', "within 64 bits"],
      ['"-292275055-05-16T16:47:04.191Z"', "within 64 bits"],
      ['"+999999999-01-01T00:00:00Z"', "within 64 bits"],
    ]);
  });
});

describe("date", () => {
  it("counts days from the middle of 32 bits", () => {
    expectBytes({ kind: "date" }, [
      ['"1970-01-01"', "80000000"],
      ['"1969-12-31"', "7fffffff"],
      ['"2000-02-29"', "80002b08"],
      ['"0000-01-01"', "7ff50558"],
      ['"-5877641-06-23"', "00000000"],
      ['"+5881580-07-11"', "ffffffff"],
    ]);
  });

  it("refuses what does not exist or does not fit", () => {
    expectRefused({ kind: "date" }, [
      ['"2010-02-30"', "Expected a date"],
      ['"2010-1-1"', "Expected a date"],
      ['"2010-00-01"', "Expected a date"],
      ['"2010-01-00"', "Expected a date"],
      ['"2010-01-01T00:00:00Z"', "Expected a date"],
      ['"-5877641-06-22"', "Expected a date from"],
      ['"+5881580-07-12"', "Expected a date from"],
      ["14610", "Expected a date"],
    ]);
  });
});

describe("time", () => {
  it("is nanoseconds since midnight", () => {
    expectBytes({ kind: "time" }, [
      ['"00:00:00.000000000"', "0000000000000000"],
      ['"00:00:00.000000001"', "0000000000000001"],
      ['"23:59:59.999999999"', "00004e94914effff"],
      ['"01:02:03"', "00000362d417ae00", '"01:02:03.000000000"'],
      ['"00:00:00.5"', "000000001dcd6500", '"00:00:00.500000000"'],
      [`"00:00:00.5${"0".repeat(1000)}"`, "000000001dcd6500", '"00:00:00.500000000"'],
    ]);
    expectText({ kind: "time" }, [["12:00:00", '"12:00:00.000000000"']]);
  });

  it("refuses what is not a time of day", () => {
    const expected = "Expected a time of day";
    expectRefused({ kind: "time" }, [
      ['"24:00:00"', expected],
      ['"12:60:00"', expected],
      ['"12:00"', expected],
      ['"12:00:00."', expected],
      ['"12:00:00.0000000001"', "Expected no more than nanoseconds"],
      ['"12:00:00Z"', expected],
      ["0", expected],
    ]);
  });
});
