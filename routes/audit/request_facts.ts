/**
 * Who calls, from where, and by which route: what every event about a request has.
 *
 * @module
 */
import type { Context } from "hono";
import type { RequestFacts } from "../../audit/event.ts";
import { ExactNumber } from "../../codec/json/exact_number.ts";
import { currentTraceId } from "../../observe/span_collection.ts";
import { methodName } from "../../observe/metrics/method_name.ts";
import type { AppEnv, Identity } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";

export function requestFacts(context: Context<AppEnv>, addressOf: AddressReader): RequestFacts {
  const request = context.get("request");
  const { id, route } = request;
  const identity = request.identity ?? request.unproven;
  return {
    subject: identity?.subject ?? null,
    issuer: identity?.issuer ?? null,
    client_id: identity?.clientId ?? null,
    auth_time: identity === null ? null : authTimeOf(identity),
    address: addressOf(context),
    method: methodName(context.req.method),
    route,
    request_id: id,
    trace_id: currentTraceId(),
  };
}

/** OpenID Connect Core, section 2: when the user was authenticated, in seconds. Null if it does not say when. */
function authTimeOf({ claims }: Identity): string | null {
  const claim = claims["auth_time"];
  const seconds = claim instanceof ExactNumber ? Number(claim.source) : claim;
  if (typeof seconds !== "number") return null;
  const time = new Date(seconds * 1_000);
  const year = time.getUTCFullYear();
  // Any other year has six digits and a sign, which is no `date-time` of JSON Schema. Of no time it is NaN.
  return year >= 0 && year <= 9999 ? time.toISOString() : null;
}
