import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { scopeMistake } from "./scopes.ts";

describe("scopeMistake()", () => {
  const scopes = ["a", "stations:read", "group:a,b", "urn:x:y", "https://x.example/.default", "'"];
  for (const scope of [...scopes, "it's", "read,write"]) {
    it(`takes ${scope}`, () => expect(scopeMistake(scope)).toBeNull());
  }

  const others = ["", "a b", '"a"', "a\\b", "ä", "a,", ",a", ",", "a:read,a:write", "'a'"];
  for (const text of others) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(scopeMistake(text)).not.toBeNull());
  }
});
