/**
 * Whose bucket a request takes from. A key that comes from a token begins with its issuer, since a subject,
 * a client id or a tenant means nothing without it.
 *
 * @module
 */
import { hash } from "node:crypto";
import type { Context } from "hono";
import type { RatePartition } from "../../catalog/query.ts";
import { parseClaimPath } from "../../catalog/text/claim_path.ts";
import { quote } from "../../catalog/text/quote.ts";
import { ExactNumber } from "../../codec/json/exact_number.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv, Identity } from "../context.ts";
import { claimAt } from "../input/claims/claim_at.ts";
import type { AddressReader } from "../load/client_address.ts";

/** @throws {ServiceError} `missing_claim` */
export type KeyReader = (context: Context<AppEnv>) => string;

export interface KeyOptions {
  /** Method and path of the route. */
  readonly route: string;
  readonly addressOf: AddressReader;
}

/** Up to this length, a key is kept as it is; longer keys are kept as digests. */
const MAX_KEY_CHARACTERS = 128;

/** The key by which a rate counts a request: equal keys share a bucket. */
export function compileKey(per: RatePartition, { route, addressOf }: KeyOptions): KeyReader {
  switch (per.by) {
    case "caller":
      return byIdentity(({ caller }) => caller);
    case "client":
      // Tokens without a client count as tokens of one client.
      return byIdentity(({ issuer, clientId }) => JSON.stringify([issuer, clientId]));
    case "claim": {
      const readClaim = compileClaimText(per.claim);
      return byIdentity((identity) => JSON.stringify([identity.issuer, readClaim(identity)]));
    }
    case "address":
      return addressOf;
    case "route":
      return () => route;
    case "everybody":
      return () => "";
  }
}

function byIdentity(keyOf: (identity: Identity) => string): KeyReader {
  return (context) => {
    const { identity } = context.get("request");
    if (identity === null) throw new TypeError("Cannot count a request: nobody is authenticated");
    const key = keyOf(identity);
    return key.length > MAX_KEY_CHARACTERS ? hash("sha256", key, "base64") : key;
  };
}

function compileClaimText(claim: string): (identity: Identity) => string {
  const path = parseClaimPath(claim);
  if (path === null) throw new TypeError(`Cannot count by a claim: "${claim}" is not a path`);
  return ({ claims }) => {
    const value = claimAt(claims, path);
    if (value instanceof ExactNumber) return value.source;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    if (typeof value === "string" && value !== "") return value;
    throw new ServiceError(
      "missing_claim",
      `This route counts requests by the token's claim ${quote(claim)}, ` +
        "which is missing, empty, or neither a string nor a number: get a token that has it",
    );
  };
}
