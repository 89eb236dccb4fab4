/**
 * The list of rules that every file is held against.
 *
 * @module
 */

import { checkClaimMarkers } from "./claim_markers.ts";
import { checkClaimSources } from "./claim_sources.ts";
import { checkClaimTags } from "./claim_tags.ts";
import type { FileRule } from "./file_rule.ts";
import { checkPrefixMarkers } from "./prefix_markers.ts";
import { checkWithoutClaim } from "./without_claim.ts";

export const FILE_RULES: readonly FileRule[] = [
  checkClaimTags,
  checkClaimMarkers,
  checkClaimSources,
  checkWithoutClaim,
  checkPrefixMarkers,
];
