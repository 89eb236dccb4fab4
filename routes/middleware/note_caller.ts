/**
 * Notes how long each caller and each tenant kept Cassandra busy; the admin port shows the heaviest.
 *
 * @module
 */
import type { ClaimPath } from "../../catalog/text/claim_path.ts";
import { ExactNumber } from "../../codec/json/exact_number.ts";
import { type HotCaller, hotCallerOf, type HotSpots } from "../../observe/hot/hot_spots.ts";
import type { Identity, RequestContext } from "../context.ts";
import { claimAt } from "../input/claims/claim_at.ts";

/** Called when the answer is out. Nobody is noted for public routes, or if Cassandra was not asked. */
export type NoteCaller = (request: RequestContext) => void;

/** Longer names are cut: claims may be long. */
const MAX_CHARACTERS = 256;

/** @param tenantClaim null if tenants are not told apart */
export function createCallerNote(
  hotSpots: Pick<HotSpots, "noteCaller">,
  tenantClaim: ClaimPath | null,
): NoteCaller {
  // A caller's requests have one identity for as long as its token is known.
  const callers = new WeakMap<Identity, HotCaller>();
  function callerOf(identity: Identity): HotCaller {
    let caller = callers.get(identity);
    if (caller === undefined) {
      const { issuer, subject, clientId, claims } = identity;
      const tenant = tenantClaim === null ? null : textOf(claimAt(claims, tenantClaim));
      caller = hotCallerOf({ issuer, subject: cut(subject), clientId, tenant });
      callers.set(identity, caller);
    }
    return caller;
  }
  return ({ identity, cassandra: { ms } }) => {
    if (identity !== null && ms > 0) hotSpots.noteCaller(callerOf(identity), ms);
  };
}

function textOf(value: unknown): string | null {
  if (value instanceof ExactNumber) return value.source;
  return typeof value === "string" || typeof value === "number" ? cut(String(value)) : null;
}

function cut(text: string): string {
  return text.length > MAX_CHARACTERS ? text.slice(0, MAX_CHARACTERS) : text;
}
