import { describe, it } from "@std/testing/bdd";
import { expectBytes, expectRefused } from "../../tests/support/codec/expect_codec.ts";

const UPPER = '"F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"';
const LOWER = '"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"';

describe("uuid, timeuuid", () => {
  it("print in lower case and read in any", () => {
    for (const kind of ["uuid", "timeuuid"] as const) {
      expectBytes({ kind }, [[UPPER, "f81d4fae7dec11d0a76500a0c91e6bf6", LOWER]]);
    }
    expectBytes({ kind: "uuid" }, [['"00000000-0000-0000-0000-000000000000"', "0".repeat(32)]]);
  });

  it("refuse other spellings", () => {
    expectRefused({ kind: "uuid" }, [
      ['"f81d4fae7dec11d0a76500a0c91e6bf6"', "Expected a UUID"],
      ['"{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}"', "Expected a UUID"],
      ['"f81d4fae-7dec-11d0-a765-00a0c91e6bf"', "Expected a UUID"],
      ['"g81d4fae-7dec-11d0-a765-00a0c91e6bf6"', "Expected a UUID"],
      ["1", "Expected a UUID"],
    ]);
  });

  it("of a time are of version 1", () => {
    expectRefused({ kind: "timeuuid" }, [
      ['"f81d4fae-7dec-41d0-a765-00a0c91e6bf6"', "Expected a UUID of version 1"],
      ['"00000000-0000-0000-0000-000000000000"', "Expected a UUID of version 1"],
    ]);
  });
});

describe("inet", () => {
  it("is four bytes for IPv4, even where that is mapped into IPv6, else sixteen", () => {
    expectBytes({ kind: "inet" }, [
      ['"127.0.0.1"', "7f000001"],
      ['"::ffff:127.0.0.1"', "7f000001", '"127.0.0.1"'],
      ['"::ffff:7f00:1"', "7f000001", '"127.0.0.1"'],
      ['"2001:DB8:0:0:1:0:0:1"', "20010db8000000000001000000000001", '"2001:db8::1:0:0:1"'],
    ]);
  });

  it("refuses what is not an address", () => {
    expectRefused({ kind: "inet" }, [
      ['"localhost"', "Expected an IPv4 or IPv6 address"],
      ['"fe80::1%eth0"', "Expected an IPv4 or IPv6 address"],
      ["2130706433", "Expected an IPv4 or IPv6 address"],
    ]);
  });
});
