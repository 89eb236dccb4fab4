import { Buffer } from "node:buffer";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ipAddressText, parseIpAddress } from "./ip_address.ts";

describe("ipAddressText()", () => {
  it("prints the canonical text of RFC 5952", () => {
    const cases = [
      ["1.2.3.4", "1.2.3.4"],
      ["255.255.255.255", "255.255.255.255"],
      ["::", "::"],
      ["::1", "::1"],
      ["1::", "1::"],
      ["0:0:0:0:0:0:0:0", "::"],
      ["2001:0DB8::0001", "2001:db8::1"],
      ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
      ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
      ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
      ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
      ["1:0:0:0:0:0:0:0", "1::"],
      ["::1.2.3.4", "::102:304"],
      ["::fffe:1.2.3.4", "::fffe:102:304"],
      ["::ffff:0:1.2.3.4", "::ffff:0:102:304"],
      ["1::ffff:1.2.3.4", "1::ffff:102:304"],
      ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
      ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
    ];
    for (const [text = "", canonical] of cases) {
      const bytes = parseIpAddress(text);
      expect([text, bytes && ipAddressText(bytes, 0, bytes.length)]).toEqual([text, canonical]);
    }
  });
});

describe("ipAddressText() of sixteen bytes that another client stored", () => {
  it("says that they are an IPv4-mapped address", () => {
    const bytes = Buffer.from("00000000000000000000ffff01020304", "hex");
    expect(ipAddressText(bytes, 0, bytes.length)).toBe("::ffff:1.2.3.4");
  });
});

describe("parseIpAddress()", () => {
  it("reads an IPv4-mapped address, however it is written, as its four bytes", () => {
    const texts = ["::ffff:1.2.3.4", "::FFFF:102:304", "0:0:0:0:0:ffff:102:304"];
    for (const text of texts) {
      expect([text, parseIpAddress(text)?.toString("hex")]).toEqual([text, "01020304"]);
    }
  });

  it("gives undefined for what is not an address", () => {
    const texts = [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.4 ",
      ":",
      ":::",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "12345::",
      "g::",
      "::1.2.3",
      "::01.2.3.4",
      "1:2:3:4:5:6:7:1.2.3.4",
      "1.2.3.4::",
      "fe80::1%lo",
      "[::1]",
      "1:",
      ":1",
    ];
    for (const text of texts) expect([text, parseIpAddress(text)]).toEqual([text, undefined]);
  });
});
