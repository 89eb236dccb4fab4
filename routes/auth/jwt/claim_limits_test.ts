import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { ClaimPath } from "../../../catalog/text/claim_path.ts";
import { ExactNumber } from "../../../codec/json/exact_number.ts";
import { findOutside } from "./claim_limits.ts";

const TENANT = { path: ["tenant"], values: new Set(["acme", "globex"]) };
const SCOPE = { path: ["scope"], values: new Set(["stations:read", "audit"]) };
const ORGANISATION = { path: ["org", "id"], values: new Set([5, true, "5"]) };

function outside(
  claims: Record<string, unknown>,
  { scopeClaims = null }: { scopeClaims?: readonly ClaimPath[] | null } = {},
): ClaimPath | null {
  const limits = [TENANT, SCOPE, ORGANISATION];
  return findOutside(claims, { claims: limits, scopeClaims, roles: new Map() });
}

describe("findOutside()", () => {
  const INSIDE: readonly Record<string, unknown>[] = [
    {},
    { tenant: "acme" },
    { tenant: ["globex", "acme"] },
    { tenant: [] },
    { scope: "audit stations:read" },
    { scope: ["audit"] },
    { scope: "" },
    { org: { id: 5 } },
    { org: { id: true } },
    { org: { id: "5" } },
    { org: "acme" },
    { "org.id": 6 },
    { other: "initech" },
  ];
  for (const claims of INSIDE) {
    it(`accepts ${JSON.stringify(claims)}`, () => {
      expect(outside(claims)).toBeNull();
    });
  }

  const OUTSIDE: readonly [claims: Record<string, unknown>, path: ClaimPath][] = [
    [{ tenant: "initech" }, ["tenant"]],
    [{ tenant: "Acme" }, ["tenant"]],
    [{ tenant: "acme " }, ["tenant"]],
    [{ tenant: "acme globex" }, ["tenant"]],
    [{ tenant: "" }, ["tenant"]],
    [{ tenant: null }, ["tenant"]],
    [{ tenant: 5 }, ["tenant"]],
    [{ tenant: { acme: "acme" } }, ["tenant"]],
    [{ tenant: ["acme", "initech"] }, ["tenant"]],
    [{ tenant: [["acme"]] }, ["tenant"]],
    [{ scope: "audit stations:write" }, ["scope"]],
    [{ scope: ["audit stations:read"] }, ["scope"]],
    [{ scope: 5 }, ["scope"]],
    [{ org: { id: 6 } }, ["org", "id"]],
    [{ org: { id: false } }, ["org", "id"]],
    [{ org: { id: new ExactNumber("5.0") } }, ["org", "id"]],
  ];
  for (const [claims, path] of OUTSIDE) {
    it(`finds ${JSON.stringify(claims)}`, () => {
      expect(outside(claims)).toEqual(path);
    });
  }

  it("takes text apart only where scopes are", () => {
    const claims = { scope: "audit stations:read", tenant: "acme globex" };
    expect(outside(claims, { scopeClaims: [["tenant"]] })).toEqual(["scope"]);
    expect(outside({ tenant: "acme globex" }, { scopeClaims: [["tenant"]] })).toBeNull();
  });
});
