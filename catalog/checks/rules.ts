/**
 * The list of rules that every query is checked against.
 *
 * @module
 */

import { checkAnsweredValues } from "./answer/answered_values.ts";
import { checkCurrentCondition } from "./answer/current_condition.ts";
import { checkEntityTag } from "./answer/entity_tag.ts";
import { checkRawContent } from "./answer/raw_content.ts";
import { checkRowName } from "./answer/row_name.ts";
import { checkSuccessStatus } from "./answer/success_status.ts";
import { checkCachedRead } from "./execution/cached_read.ts";
import { checkCoalescedRead } from "./execution/coalesced_read.ts";
import { checkConditionalRows } from "./execution/conditional_rows.ts";
import { checkConsistencyLevel } from "./execution/consistency_level.ts";
import { checkConstantBounds } from "./execution/constant_bounds.ts";
import { checkConstantNulls } from "./execution/constant_nulls.ts";
import { checkMode } from "./execution/mode.ts";
import { checkNearestSearch } from "./execution/nearest_search.ts";
import { checkSpeculativeRead } from "./execution/speculative_read.ts";
import { checkVerb } from "./execution/verb.ts";
import { checkBulkInput } from "./input/bulk_input.ts";
import { checkCallerBounds } from "./input/caller_bounds.ts";
import { checkClientNames } from "./input/client_names.ts";
import { checkGeneratedValues } from "./input/generated_values.ts";
import { checkIfMatchCondition } from "./input/if_match_condition.ts";
import { checkOptionalColumns } from "./input/optional_columns.ts";
import { checkServerBounds } from "./input/server_bounds.ts";
import { checkMaxRowsMode } from "./paging/max_rows_mode.ts";
import { checkPageMode } from "./paging/page_mode.ts";
import { checkScanMarkers } from "./paging/scan_markers.ts";
import { checkWalkMarkers } from "./paging/walk_markers.ts";
import { checkAccess } from "./policy/access.ts";
import { checkAuditedRead } from "./policy/audited_read.ts";
import { checkMaskedColumns } from "./policy/masked_columns.ts";
import { checkRates } from "./policy/rates.ts";
import { checkRequirements } from "./policy/requirements.ts";
import { checkSensitiveColumns } from "./policy/sensitive_columns.ts";
import { checkDeprecation } from "./route/deprecation.ts";
import { checkOperationRoute } from "./route/operation_route.ts";
import { checkRoutePath } from "./route/own_path.ts";
import { checkPathMarkers } from "./route/path_markers.ts";
import { checkRouteMethod } from "./route/route_method.ts";
import type { Rule } from "./rule.ts";

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
  checkConstantBounds,
  checkConstantNulls,
  checkNearestSearch,
  checkConditionalRows,
  checkSpeculativeRead,
  checkCoalescedRead,
  checkCachedRead,
  checkIfMatchCondition,
  checkOptionalColumns,
  checkCallerBounds,
  checkServerBounds,
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
