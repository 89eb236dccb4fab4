/**
 * The `@param` tags of a file by themselves: only claims can apply to every query.
 *
 * @module
 */

import { describeSource } from "../../parse/params.ts";
import { helpToNameMarker, toMarkerName } from "../../statement/marker_name.ts";
import type { FileFacts, FileReport } from "./file_rule.ts";

export function checkClaimTags({ tags }: FileFacts, report: FileReport): void {
  const names = new Set<string>();
  for (const { name, nameSpan, source, sourceSpan } of tags.param) {
    if (source !== null && source.in !== "claim") {
      report({
        span: sourceSpan,
        message: `Cannot take "${name}" from ${
          describeSource(source)
        } in a whole file: only claims hold for all of its queries`,
        help: "Move the tag below the header of each query that needs it",
      }, null);
    }
    if (name !== toMarkerName(name)) {
      report({
        span: nameSpan,
        message: `Cannot use "${name}": no marker can have this name`,
        help: helpToNameMarker(name),
      }, null);
    } else if (names.has(name)) {
      report({
        span: nameSpan,
        message: `Duplicate @param "${name}"`,
        help: "Keep one of them",
      }, null);
    }
    names.add(name);
    const inPrefix = tags.prefix[0]?.markers.find((marker) => marker.text === name);
    if (inPrefix === undefined || source?.in !== "claim") continue;
    report({
      span: inPrefix.span,
      message: `Cannot take "${name}" from the path: the file takes it from claim:${source.claim}`,
      help: `Remove "{${name}}" from the prefix, or remove the @param`,
    }, null);
  }
}
