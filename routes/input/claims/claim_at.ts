/**
 * The value of a token at the path of a claim.
 *
 * @module
 */
import type { ClaimPath } from "../../../catalog/text/claim_path.ts";
import { isJsonObject } from "../../../codec/json/json_object.ts";
import type { Claims } from "../../context.ts";

/** The JSON value; undefined where there is nothing. Only members of objects are followed. */
export function claimAt(claims: Claims, path: ClaimPath): unknown {
  let value: unknown = claims;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}
