import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { forwardedFor } from "./forwarded.ts";

const CASES: readonly [header: string, nodes: readonly string[]][] = [
  ["for=192.0.2.1", ["192.0.2.1"]],
  ["for=192.0.2.1, for=192.0.2.2", ["192.0.2.2", "192.0.2.1"]],
  [" For = 192.0.2.1", [""]],
  ['proto=https;\tFOR="192.0.2.1:80" ;by=a', ["192.0.2.1:80"]],
  ['for="[2001:db8::1]:80"', ["[2001:db8::1]:80"]],
  ["for=[2001:db8::1]", ["[2001:db8::1]"]],
  ['for="192.0.2.\\1"', ["192.0.2.1"]],
  ["proto=https", [""]],
  ["", [""]],
  ["for=", [""]],
  ["before=192.0.2.1", [""]],
  ["for=192.0.2.1;;", ["192.0.2.1"]],
  [",for=192.0.2.1,", ["", "192.0.2.1", ""]],
  // What is in quotes is text.
  ['host="a;for=192.0.2.1"', [""]],
  ['host="a;for=192.0.2.1";for=192.0.2.2', ["192.0.2.2"]],
  ['for=192.0.2.2;host="a;for=192.0.2.1;b"', ["192.0.2.2"]],
  ['for=192.0.2.2;host="a, for=192.0.2.1"', ["192.0.2.2"]],
  ['for=192.0.2.2;host="a\\", for=192.0.2.1;b=\\""', ["192.0.2.2"]],
  ['for=192.0.2.2;host="a\\\\", for=192.0.2.1', ["192.0.2.1", "192.0.2.2"]],
  // An element with two has none, and neither has an element that cannot be read.
  ["for=192.0.2.1;for=192.0.2.2", [""]],
  ["for=192.0.2.1;for=192.0.2.1", [""]],
  ["for=192.0.2.2, for=192.0.2.1;For=192.0.2.1", ["", "192.0.2.2"]],
  ['for="192.0.2.1', [""]],
  ['for=192.0.2.1"', [""]],
  // A client sends the first part, and a proxy adds the rest.
  ['for="192.0.2.1, for=192.0.2.2', ["192.0.2.2", ""]],
  ['for="192.0.2.1, for="192.0.2.2"', ["192.0.2.2", ""]],
  ['for="192.0.2.1\\, for="192.0.2.2"', ["192.0.2.2", ""]],
  ['host="a, for=192.0.2.2;host="b"', ["192.0.2.2", ""]],
];

describe("forwardedFor()", () => {
  for (const [header, nodes] of CASES) {
    it(`reads ${header || "nothing"}`, () => {
      expect(forwardedFor(header, 32)).toEqual(nodes);
    });
  }

  it("looks at so many elements from the end", () => {
    expect(forwardedFor("for=a, for=b, for=c", 2)).toEqual(["c", "b"]);
    expect(forwardedFor("for=a, for=b", 2)).toEqual(["b", "a"]);
  });
});
