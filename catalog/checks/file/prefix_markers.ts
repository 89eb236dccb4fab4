/**
 * The markers of a file's `@prefix`: every route of the file has them in its path, so each has to be a marker
 * of the statement.
 *
 * @module
 */

import { suggestMarker } from "../../parse/params.ts";
import type { FileFacts, FileReport } from "./file_rule.ts";

export function checkPrefixMarkers(
  { tags: { prefix: [prefix] }, queries }: FileFacts,
  report: FileReport,
): void {
  const routed = queries.filter(({ route }) => route !== null && route.path !== null);
  for (const { text: name, span } of prefix?.markers ?? []) {
    const lacking = routed.filter(({ markers }) => !markers.some((marker) => marker.name === name));
    if (lacking.length > 0 && lacking.length === routed.length) {
      report({
        span,
        message: `Cannot find marker ":${name}" of the prefix in any query of the file`,
        help: suggestMarker(name, routed.flatMap(({ markers }) => markers)),
      }, null);
      continue;
    }
    for (const query of lacking) {
      report({
        span: query.route!.span,
        message: `Cannot find marker ":${name}" of the file's @prefix in the statement`,
        help: `${suggestMarker(name, query.markers)}; or move the query to a file of its own`,
      }, query);
    }
  }
}
