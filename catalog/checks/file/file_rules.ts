/**
 * The list of rules that every file is checked against.
 *
 * @module
 */

import { checkClaimSources } from "./claim_sources.ts";
import { checkClaimTags } from "./claim_tags.ts";
import { checkDemandedMarkers } from "./demanded_markers.ts";
import { checkFileRates } from "./file_rates.ts";
import type { FileRule } from "./file_rule.ts";
import { checkOpenQueries } from "./open_queries.ts";
import { checkMaskColumns } from "./mask_columns.ts";
import { checkPrefixMarkers } from "./prefix_markers.ts";
import { checkWithoutClaim } from "./without_claim.ts";

export const FILE_RULES: readonly FileRule[] = [
  checkClaimTags,
  checkDemandedMarkers,
  checkClaimSources,
  checkOpenQueries,
  checkWithoutClaim,
  checkPrefixMarkers,
  checkMaskColumns,
  checkFileRates,
];
