/**
 * The scopes that a token grants, by its claims. Providers put them into different claims, as text with spaces
 * (RFC 6749, section 3.3) or as a list, and some name groups that stand for scopes.
 *
 * @module
 */
import type { ClaimPath } from "../../../catalog/text/claim_path.ts";
import { USUAL_SCOPE_CLAIMS } from "../../../catalog/text/usual_scope_claims.ts";
import { claimAt } from "../../input/claims/claim_at.ts";
import type { Claims } from "../../context.ts";

export interface ScopeRules {
  /** Where the scopes are; null for where they usually are. */
  readonly scopeClaims: readonly ClaimPath[] | null;
  /** The scopes that a group or a role stands for; it is not a scope itself then. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

/** The {@link USUAL_SCOPE_CLAIMS} that have no other meaning. */
const CERTAIN = ["scope", "scp"];

/** @returns in `malformed`, the path of the first claim that is neither text nor a list of texts */
export function grantedScopes(
  claims: Claims,
  rules: ScopeRules,
): { readonly scopes: ReadonlySet<string>; readonly malformed: ClaimPath | null } {
  const { scopeClaims, roles } = rules;
  const scopes = new Set<string>();
  let malformed: ClaimPath | null = null;
  for (const path of scopeClaimsOf(rules)) {
    const names = namesIn(claimAt(claims, path));
    if (names === null) {
      // A claim that another standard uses in another form, such as SCIM's roles, grants nothing.
      if (scopeClaims !== null || CERTAIN.includes(path[0]!)) malformed ??= path;
      continue;
    }
    for (const name of names) {
      for (const scope of roles.get(name) ?? [name]) scopes.add(scope);
    }
  }
  return { scopes, malformed };
}

/** The paths of the claims that may have scopes. */
export function scopeClaimsOf({ scopeClaims }: ScopeRules): readonly ClaimPath[] {
  return scopeClaims ?? USUAL_SCOPE_CLAIMS;
}

/** The names in the value of a claim: text with spaces, or a list. Null if it has another form. */
export function namesIn(value: unknown): readonly string[] | null {
  if (value === undefined) return [];
  if (typeof value === "string") return value.split(" ").filter((name) => name !== "");
  const isList = Array.isArray(value) && value.every((member) => typeof member === "string");
  return isList ? value : null;
}
