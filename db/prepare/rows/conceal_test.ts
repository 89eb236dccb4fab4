import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { concealsFor, createTextHash } from "./conceal.ts";

const SECRET = new Uint8Array(32).fill(7);
const OTHER = new Uint8Array(32).fill(8);

describe("concealsFor()", () => {
  const conceals = concealsFor(createTextHash(SECRET));

  it("makes null of everything, and one text of everything", () => {
    for (const value of ["a text", "", null, 1, ["a"], { a: 1 }]) {
      expect(conceals.null(value)).toBe(null);
      expect(conceals.redact(value)).toBe("****");
    }
  });

  const lasts: readonly (readonly [text: string, shown: string])[] = [
    ["4111 1111 1111 1234", "****1234"],
    ["12345678", "****5678"],
    ["1234567", "****"],
    ["1234", "****"],
    ["", "****"],
    // Characters of two units, so that half of their text has as many as four have.
    ["😀😁😂🤣", "****"],
    ["😀😁😂🤣😃😄😅😆", "****😃😄😅😆"],
    ["a😀😁😂🤣😃😄😅😆", "****😃😄😅😆"],
    ["😀😁😂🤣😃😄😅", "****"],
    [`${"a".repeat(1000)}😀bcd`, "****😀bcd"],
  ];
  for (const [text, shown] of lasts) {
    it(`shows the last four characters of ${JSON.stringify(text.slice(0, 20))} as ${shown}`, () => {
      expect(conceals.last4(text)).toBe(shown);
    });
  }

  it("leaves null as it is where a text would be shown", () => {
    expect([conceals.last4(null), conceals.hash(null)]).toEqual([null, null]);
  });

  it("shows nothing of what is not text, and no hash without a key", () => {
    for (const value of [1, true, ["12345678"], { a: "12345678" }]) {
      expect([conceals.last4(value), conceals.hash(value)]).toEqual([null, null]);
    }
    expect(concealsFor(null).hash("a text")).toBe(null);
  });
});

describe("createTextHash()", () => {
  it("is the same for equal texts under equal secrets, and for no others", () => {
    const [hash, replica, other] = [SECRET, SECRET, OTHER].map(createTextHash);
    expect(hash!("ada@example.com")).toBe(replica!("ada@example.com"));
    expect(hash!("ada@example.com")).not.toBe(other!("ada@example.com"));
    expect(hash!("ada@example.com")).not.toBe(hash!("ada@example.con"));
  });

  it("stays what it is from release to release", () => {
    expect(createTextHash(SECRET)("ada@example.com")).toBe(
      "0ya6YBEHaCM266cm9dSOLR3kjITWNmtwTcvidZI_lL0",
    );
  });
});
