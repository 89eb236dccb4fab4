import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { isSameTarget } from "./target_uri.ts";

const ACTUAL = "https://api.example.com/a~b/caf%C3%A9%20x";

describe("isSameTarget()", () => {
  const SAME = [
    ACTUAL,
    `${ACTUAL}?limit=1`,
    `${ACTUAL}#part`,
    "HTTPS://API.EXAMPLE.COM:443/a~b/caf%C3%A9%20x",
    "https://api.example.com/a%7eb/caf%c3%a9%20x",
    "https://api.example.com/z/../a~b/./caf%C3%A9%20x",
  ];
  for (const claimed of SAME) {
    it(`takes ${claimed}`, () => expect(isSameTarget(claimed, ACTUAL)).toBe(true));
  }

  const OTHERS = [
    "",
    "https:",
    "/a~b/caf%C3%A9%20x",
    "https://api.example.com",
    "https:api.example.com/a~b/caf%C3%A9%20x",
    "https:///api.example.com/a~b/caf%C3%A9%20x",
    "https:\\\\api.example.com/a~b/caf%C3%A9%20x",
    "https://api.example.com\\a~b/caf%C3%A9%20x",
    "https://user@api.example.com/a~b/caf%C3%A9%20x",
    "https://api.example.com./a~b/caf%C3%A9%20x",
    "https://api.example.com:8443/a~b/caf%C3%A9%20x",
    "http://api.example.com/a~b/caf%C3%A9%20x",
    "https://api.example.com/a~b/caf%C3%A9 x",
    "https://api.example.com/a~b/café%20x",
    "https://api.example.com/A~b/caf%C3%A9%20x",
    "https://api.example.com/a~b%2Fcaf%C3%A9%20x",
    "https://api.example.com/a~b/caf%C3%A9%2520x",
    "https://api.example.com/a~b/caf%C3%A9%20x/",
    "https://api.example.com/a~b//caf%C3%A9%20x",
    "https://api.example.com/\ta~b/caf%C3%A9%20x",
    "https://api.example.com/a~b/caf%C3%A9%20x\n",
    "javascript:https://api.example.com/a~b/caf%C3%A9%20x",
  ];
  for (const claimed of OTHERS) {
    it(`refuses ${JSON.stringify(claimed)}`, () => {
      expect(isSameTarget(claimed, ACTUAL)).toBe(false);
    });
  }
});
