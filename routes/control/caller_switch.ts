/**
 * Whether the control file switches a caller off: by its client, or by what its token has in a claim. A claim that is a
 * list counts with each of its values, so that a group can be switched off as well as a tenant.
 *
 * @module
 */
import { ExactNumber } from "../../codec/json/exact_number.ts";
import type { Identity } from "../context.ts";
import { claimAt } from "../input/claims/claim_at.ts";
import type { ControlState } from "./control_state.ts";

export function isCallerOff(
  { clients, claims: switches }: Pick<ControlState, "clients" | "claims">,
  { clientId, claims }: Pick<Identity, "clientId" | "claims">,
): boolean {
  if (clientId !== null && clients.has(clientId)) return true;
  return switches.some(({ path, values }) =>
    textsOf(claimAt(claims, path)).some((text) => values.has(text))
  );
}

/** A claim, or each value of a list, as the control file has it. */
function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((each: unknown) => {
    if (each instanceof ExactNumber) return [each.source];
    return ["string", "number", "boolean"].includes(typeof each) ? [String(each)] : [];
  });
}
