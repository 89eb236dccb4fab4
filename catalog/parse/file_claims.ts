/**
 * The claims of a file: `@param tenant_id in claim:tenant` before its first header, which applies to every
 * query. `checks/file/claim_tags.ts` reports what is wrong with such tags.
 *
 * @module
 */

import { toMarkerName } from "../statement/marker_name.ts";
import type { ParamTag } from "../tags/input/param_tag.ts";
import type { Tags } from "../tags/tags.ts";

/** A parameter whose value comes from the same claim in every query of a file. */
export interface FileClaim {
  /** As the markers of the queries are called. */
  readonly name: string;
  readonly claim: string;
  readonly tag: ParamTag;
}

/** The claims that the tags of a file name, each parameter once, apart from those in its prefix. */
export function fileClaims({ param, prefix: [prefix] }: Tags): readonly FileClaim[] {
  const claims = new Map<string, FileClaim>();
  for (const tag of param) {
    const name = toMarkerName(tag.name);
    if (tag.source?.in !== "claim" || name === "" || claims.has(name)) continue;
    if (prefix?.markers.some((marker) => marker.text === name)) continue;
    claims.set(name, { name, claim: tag.source.claim, tag });
  }
  return [...claims.values()];
}
