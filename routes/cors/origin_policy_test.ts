import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createOriginPolicy } from "./origin_policy.ts";

describe("createOriginPolicy()", () => {
  const policy = createOriginPolicy([
    { kind: "exact", origin: "https://example.com" },
    { kind: "exact", origin: "http://localhost:3000" },
    { kind: "subdomains", start: "https://", end: ".pages.example" },
    { kind: "subdomains", start: "https://", end: ".pages.example:8443" },
  ])!;

  it("allows an origin that is listed, with credentials", () => {
    for (const origin of ["https://example.com", "http://localhost:3000"]) {
      expect(policy(origin)).toEqual({ allowOrigin: origin, allowCredentials: true });
    }
  });

  it("allows one label before the domain of a pattern, without credentials", () => {
    const origins = ["a", "pr-12", "xn--mnchen-3ya", "a_b"].flatMap((label) => [
      `https://${label}.pages.example`,
      `https://${label}.pages.example:8443`,
    ]);
    for (const origin of origins) {
      expect(policy(origin)).toEqual({ allowOrigin: origin, allowCredentials: false });
    }
  });

  const REFUSED = [
    null,
    "null",
    "",
    "*",
    "https://example.com.evil.org",
    "https://evilexample.com",
    "https://evil.org/https://example.com",
    "https://example.com@evil.org",
    "https://example.com:8443",
    "https://example.com:443",
    "https://example.com.",
    "https://example.com/",
    "https://EXAMPLE.com",
    "HTTPS://example.com",
    "http://example.com",
    "https://app.example.com",
    "https://example.com, https://example.com",
    " https://example.com",
    "http://localhost",
    "http://localhost:30000",
    "https://localhost:3000",
    "https://pages.example",
    "https://.pages.example",
    "https://a.b.pages.example",
    "https://a..pages.example",
    "https://evil.org/.pages.example",
    "https://evil.org?.pages.example",
    "https://evil.org#.pages.example",
    "https://evil@a.pages.example",
    "https://evil:1.pages.example",
    "https://evilpages.example",
    "https://a.pages.example.evil.org",
    "https://a.pages.example.",
    "https://a.pages.example:443",
    "https://a.pages.example:84430",
    "https://A.pages.example",
    "http://a.pages.example",
    "https://a\n.pages.example",
    `https://${"a".repeat(64)}.pages.example`,
  ];
  for (const origin of REFUSED) {
    it(`refuses ${JSON.stringify(origin).slice(0, 80)}`, () => {
      expect(policy(origin)).toBeNull();
    });
  }

  it("allows every origin by a wildcard, and never with credentials", () => {
    const any = createOriginPolicy([{ kind: "any" }])!;
    for (const origin of ["https://example.com", "null", null]) {
      expect(any(origin)).toEqual({ allowOrigin: "*", allowCredentials: false });
    }
  });

  it("is not there if nothing is allowed", () => {
    expect(createOriginPolicy([])).toBeNull();
  });
});
