/**
 * The list of rules that every query is held against.
 *
 * @module
 */

import { checkAccess } from "./access.ts";
import { checkAnsweredValues } from "./answered_values.ts";
import { checkAuditedRead } from "./audited_read.ts";
import { checkBulkInput } from "./bulk_input.ts";
import { checkCachedRead } from "./cached_read.ts";
import { checkCallerBounds } from "./caller_bounds.ts";
import { checkClientNames } from "./client_names.ts";
import { checkCoalescedRead } from "./coalesced_read.ts";
import { checkConsistencyLevel } from "./consistency_level.ts";
import { checkCurrentCondition } from "./current_condition.ts";
import { checkDeprecation } from "./deprecation.ts";
import { checkEntityTag } from "./entity_tag.ts";
import { checkGeneratedValues } from "./generated_values.ts";
import { checkIfMatchCondition } from "./if_match_condition.ts";
import { checkMaskedColumns } from "./masked_columns.ts";
import { checkMaxRowsMode } from "./max_rows_mode.ts";
import { checkMode } from "./mode.ts";
import { checkOperationRoute } from "./operation_route.ts";
import { checkOptionalColumns } from "./optional_columns.ts";
import { checkRoutePath } from "./own_path.ts";
import { checkPageMode } from "./page_mode.ts";
import { checkPathMarkers } from "./path_markers.ts";
import { checkRates } from "./rates.ts";
import { checkRawContent } from "./raw_content.ts";
import { checkRequirements } from "./requirements.ts";
import { checkRouteMethod } from "./route_method.ts";
import { checkRowName } from "./row_name.ts";
import type { Rule } from "./rule.ts";
import { checkScanMarkers } from "./scan_markers.ts";
import { checkSensitiveColumns } from "./sensitive_columns.ts";
import { checkSpeculativeRead } from "./speculative_read.ts";
import { checkSuccessStatus } from "./success_status.ts";
import { checkVerb } from "./verb.ts";
import { checkWalkMarkers } from "./walk_markers.ts";

export const QUERY_RULES: readonly Rule[] = [
  checkAccess,
  checkVerb,
  checkMode,
  checkRouteMethod,
  checkRoutePath,
  checkOperationRoute,
  checkPathMarkers,
  checkClientNames,
  checkPageMode,
  checkMaxRowsMode,
  checkConsistencyLevel,
  checkSpeculativeRead,
  checkCoalescedRead,
  checkCachedRead,
  checkIfMatchCondition,
  checkOptionalColumns,
  checkCallerBounds,
  checkRequirements,
  checkGeneratedValues,
  checkSuccessStatus,
  checkAnsweredValues,
  checkCurrentCondition,
  checkMaskedColumns,
  checkEntityTag,
  checkWalkMarkers,
  checkScanMarkers,
  checkBulkInput,
  checkRawContent,
  checkRowName,
  checkAuditedRead,
  checkSensitiveColumns,
  checkDeprecation,
  checkRates,
];
