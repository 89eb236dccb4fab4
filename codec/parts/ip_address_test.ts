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
      ["::ffff:1.2.3.4", "::ffff:1.2.3.4"],
      ["::ffff:102:304", "::ffff:1.2.3.4"],
      ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
      ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
    ];
    for (const [text = "", canonical] of cases) {
      const bytes = parseIpAddress(text);
      expect([text, bytes && ipAddressText(bytes, 0, bytes.length)]).toEqual([text, canonical]);
    }
  });
});

describe("parseIpAddress()", () => {
  it("gives undefined for what is no address", () => {
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
