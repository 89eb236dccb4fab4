/**
 * What queries of a file can opt out of with `@without`: the claims that the file takes for all of them, and
 * what it requires of all of them.
 *
 * @module
 */

import type { Requirement } from "../tags/policy/require_tag.ts";
import type { Tags } from "../tags/tags.ts";
import { closest } from "../text/suggest.ts";
import { type FileClaim, fileClaims } from "./file_claims.ts";

/** The name that `@without` knows a requirement by: the marker's, or where it has none, the claim's. */
export function optOutName({ claim, comparand }: Requirement): string {
  return comparand.kind === "marker" ? comparand.name : `claim:${claim}`;
}

/** The names of everything that the tags of a file demand of its queries. */
export function optOutNames(file: Tags): readonly string[] {
  return [...fileClaims(file).map(({ name }) => name), ...file.require.map(optOutName)];
}

/**
 * The names that a query opts out of. A near miss, which is reported, counts as what it was meant to be.
 *
 * @param names everything that a query of the file can opt out of
 */
function optedOut(
  { without }: Pick<Tags, "without">,
  names: readonly string[],
): ReadonlySet<string> {
  return new Set(
    without.flatMap(({ name }) => names.includes(name) ? name : closest(name, names) ?? []),
  );
}

/** The claims of a file that apply to a query. */
export function boundClaims(
  own: Tags,
  { claims, optOuts }: {
    readonly claims: readonly FileClaim[];
    readonly optOuts: readonly string[];
  },
): readonly FileClaim[] {
  const left = optedOut(own, optOuts);
  return claims.filter(({ name }) => !left.has(name));
}

/** The requirements of a file that apply to a query. */
export function boundRequirements(
  own: Tags,
  { tags, optOuts }: { readonly tags: Tags; readonly optOuts: readonly string[] },
): readonly Requirement[] {
  const left = optedOut(own, optOuts);
  return tags.require.filter((requirement) => !left.has(optOutName(requirement)));
}
