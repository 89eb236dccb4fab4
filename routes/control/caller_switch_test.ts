import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { isCallerOff } from "./caller_switch.ts";
import { parseControl } from "./control_state.ts";

const STATE = parseControl(JSON.stringify({
  clients_off: ["loader"],
  claims_off: { "tenant": ["acme", "7"], "realm.groups": ["contractors"] },
}));

describe("isCallerOff()", () => {
  const cases: [off: boolean, clientId: string | null, claims: Record<string, unknown>][] = [
    [true, "loader", {}],
    [false, "loaders", {}],
    [false, null, {}],
    [true, "web", { tenant: "acme" }],
    [true, "web", { tenant: 7 }],
    [false, "web", { tenant: "Acme" }],
    [false, "web", { tenant: "acme,globex" }],
    [false, "web", { client_id: "acme" }],
    [true, "web", { tenant: ["globex", "acme"] }],
    [false, "web", { tenant: ["globex"] }],
    [false, "web", { tenant: [["acme"]] }],
    [false, "web", { tenant: { acme: true } }],
    [false, "web", { tenant: null }],
    [true, "web", { realm: { groups: ["staff", "contractors"] } }],
    [true, "web", { realm: { groups: "contractors" } }],
    [false, "web", { groups: ["contractors"] }],
  ];
  for (const [off, clientId, claims] of cases) {
    it(`is ${off} for ${clientId} with ${JSON.stringify(claims)}`, () => {
      expect(isCallerOff(STATE, { clientId, claims })).toBe(off);
    });
  }
});
