/**
 * The masks of a query that can hide something: its callers already have some scopes.
 *
 * @module
 */

import type { Access } from "../query.ts";
import type { Mask } from "../tags/policy/mask_tag.ts";
import type { Tags } from "../tags/tags.ts";

/** Who may call a query. Assumes what `checks/policy/access.ts` ensures. */
export function accessOf({ scope, public: [publicTag] }: Pick<Tags, "scope" | "public">): Access {
  if (scope.length > 0) return { kind: "scopes", anyOf: scope.map(({ scopes }) => scopes) };
  return { kind: publicTag === undefined ? "internal" : "public" };
}

/** All but those whose scopes every caller has. */
export function masksOf(tags: Pick<Tags, "mask" | "scope" | "public">): Mask[] {
  const access = accessOf(tags);
  return tags.mask.flatMap(({ masks }) => masks).filter((mask) => !isLifted(mask, access));
}

/** Whether every caller has the scopes. A hand-written route may call an internal query for anybody. */
export function isLifted({ unless }: Mask, access: Access): boolean {
  return access.kind === "scopes" &&
    access.anyOf.every((scopes) => unless.every((scope) => scopes.includes(scope)));
}
