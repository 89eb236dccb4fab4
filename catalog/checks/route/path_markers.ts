/**
 * The markers of a route's own path: each has to be a marker of the statement. Those of the file's prefix
 * are for `file/prefix_markers.ts`.
 *
 * @module
 */

import { suggestMarker } from "../../parse/params.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkPathMarkers({ route, markers }: QueryFacts, report: Report): void {
  for (const segment of route?.path?.markers ?? []) {
    if (markers.some(({ name }) => name === segment.text)) continue;
    if (route?.path?.prefix?.markers.some(({ text }) => text === segment.text)) continue;
    report({
      span: segment.span,
      message: `Cannot find marker ":${segment.text}" of the path in the statement`,
      help: suggestMarker(segment.text, markers),
    });
  }
}
