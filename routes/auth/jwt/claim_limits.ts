/**
 * Which claims an issuer may make: some issuers are trusted only for a few values of a claim, such as their own
 * tenants.
 *
 * @module
 */
import type { ClaimPath } from "../../../catalog/text/claim_path.ts";
import { claimAt } from "../../input/claims/claim_at.ts";
import type { Claims } from "../../context.ts";
import { namesIn, scopeClaimsOf, type ScopeRules } from "./granted_scopes.ts";

/** The values that a claim may have, where a token has it. */
export interface ClaimLimit {
  readonly path: ClaimPath;
  readonly values: ReadonlySet<string | number | boolean>;
}

/**
 * The first claim with a value outside its limit; null if all are inside. Each member of a list
 * counts, and each scope of text with scopes. A value of another form is outside.
 */
export function findOutside(
  claims: Claims,
  rules: ScopeRules & { readonly claims: readonly ClaimLimit[] },
): ClaimPath | null {
  const scopePaths = new Set(scopeClaimsOf(rules).map(textOf));
  const outside = rules.claims.find(({ path, values }) => {
    const value = claimAt(claims, path);
    if (value === undefined) return false;
    const members = scopePaths.has(textOf(path)) ? namesIn(value) ?? [value] : asList(value);
    return !members.every((member) => isIn(values, member));
  });
  return outside?.path ?? null;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isIn(values: ReadonlySet<unknown>, value: unknown): boolean {
  return values.has(value);
}

function textOf(path: ClaimPath): string {
  return JSON.stringify(path);
}
