import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseKeySet } from "./key_set.ts";

const PUBLIC = { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "a" };

describe("parseKeySet()", () => {
  it("takes public keys, with members that it does not know", () => {
    const set = { keys: [PUBLIC, { kty: "RSA", n: "AA", e: "AQAB", x5c: [] }], other: 1 };
    expect(parseKeySet(JSON.stringify(set))).toEqual({ keys: set.keys });
  });

  const REFUSED: Record<string, [text: string, message: string | RegExp]> = {
    "text that is not JSON": ["{", "expected JSON"],
    "a PEM": ["-----BEGIN PUBLIC KEY-----", "expected JSON"],
    "a list": ["[]", /^expected a JSON Web Key Set/],
    "a key alone": [JSON.stringify(PUBLIC), /^expected a JSON Web Key Set/],
    "no keys": ['{"keys": []}', /^expected a JSON Web Key Set/],
    "keys that are not objects": ['{"keys": ["a"]}', /^expected a JSON Web Key Set/],
    "a key without a type": ['{"keys": [{"kid": "a"}]}', 'key 0 has no "kty"'],
    "a private key": [
      JSON.stringify({ keys: [PUBLIC, { ...PUBLIC, d: "AA" }] }),
      'key 1 has the secret member "d": keep only its public part',
    ],
    "a key that names a member twice": [
      '{"keys": [{"kty": "EC", "kid": "a", "kid": "b"}]}',
      "expected JSON whose objects have each member once",
    ],
    "a shared secret": [
      '{"keys": [{"kty": "oct", "k": "AA"}]}',
      'key 0 has the secret member "k": keep only its public part',
    ],
  };
  for (const [what, [text, message]] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, () => {
      expect(() => parseKeySet(text)).toThrow(message);
    });
  }
});
