/**
 * The shapes are those of real providers, the values made up.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { grantedScopes, type ScopeRules } from "./granted_scopes.ts";

const USUAL: ScopeRules = { scopeClaims: null, roles: new Map() };
const KEYCLOAK = {
  realm_access: { roles: ["weather-writer", "offline_access"] },
  scope: "profile",
};

describe("grantedScopes()", () => {
  const table: [what: string, claims: Record<string, unknown>, rules: ScopeRules, string[]][] = [
    ["RFC 9068's text", { scope: "stations:read  stations:write" }, USUAL, [
      "stations:read",
      "stations:write",
    ]],
    ["Okta's list", { scp: ["stations:read"], cid: "0oa1" }, USUAL, ["stations:read"]],
    ["Entra ID's text for people", { scp: "stations.read", roles: [] }, USUAL, ["stations.read"]],
    ["Entra ID's roles of applications", { roles: ["stations.write"] }, USUAL, ["stations.write"]],
    ["Auth0's permissions", { scope: "openid", permissions: ["stations:read"] }, USUAL, [
      "openid",
      "stations:read",
    ]],
    ["Keycloak's realm roles", KEYCLOAK, {
      scopeClaims: [["realm_access", "roles"]],
      roles: new Map(),
    }, ["offline_access", "weather-writer"]],
    ["Keycloak's roles of a client", { resource_access: { "my.api": { roles: ["a"] } } }, {
      scopeClaims: [["resource_access", "my.api", "roles"]],
      roles: new Map(),
    }, ["a"]],
    ["groups that stand for scopes", { groups: ["Admins", "Readers"], scope: "ignored" }, {
      scopeClaims: [["groups"]],
      roles: new Map([["Admins", ["stations:write", "stations:read"]]]),
    }, ["Readers", "stations:read", "stations:write"]],
    ["a group that stands for nothing", { groups: ["Admins"] }, {
      scopeClaims: [["groups"]],
      roles: new Map([["Admins", []]]),
    }, []],
    ["SCIM's roles, which are objects", { roles: [{ value: "admin" }], scope: "a" }, USUAL, ["a"]],
    ["no claim", { sub: "someone" }, USUAL, []],
    ["a claim that objects inherit", {}, {
      scopeClaims: [["constructor", "name"]],
      roles: new Map(),
    }, []],
  ];
  for (const [what, claims, rules, expected] of table) {
    it(`reads ${what}`, () => {
      const { scopes, malformed } = grantedScopes(claims, rules);
      expect([[...scopes].sort(), malformed]).toEqual([expected, null]);
    });
  }

  const odd: [what: string, claims: Record<string, unknown>, rules: ScopeRules, string[]][] = [
    ["a number", { scope: 5 }, USUAL, ["scope"]],
    ["null", { scp: null }, USUAL, ["scp"]],
    ["a list with a number", { scope: ["a", 1] }, USUAL, ["scope"]],
    ["a configured claim that is an object", { roles: { a: true } }, {
      scopeClaims: [["roles"]],
      roles: new Map(),
    }, ["roles"]],
  ];
  for (const [what, claims, rules, path] of odd) {
    it(`says that ${what} is malformed`, () => {
      expect(grantedScopes(claims, rules).malformed).toEqual(path);
    });
  }
});
