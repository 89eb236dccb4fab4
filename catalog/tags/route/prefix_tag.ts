/**
 * The `@prefix /v1/videos` tag of a file: what the paths of all its routes begin with. `/` in a route is
 * then the prefix itself.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import type { Tag } from "../tag.ts";
import type { TagLine } from "../tag_line.ts";
import { checkOwnPath, type PathTemplate, readPath } from "./route_tag.ts";

export const prefixTag: Tag<PathTemplate> = { repeats: false, about: "file", read: readPrefix };

function readPrefix({ nameSpan, words }: TagLine, report: Report): PathTemplate | null {
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined) {
    report({
      span: nameSpan,
      message: "Missing prefix",
      help: `Name it after the tag, for example "@prefix /v1/stations"`,
    });
    return null;
  }
  const prefix = readPath({ ...first.span, end: last.span.end }, report);
  if (prefix.text === "/") {
    report({
      span: prefix.span,
      message: `Cannot use prefix "/": every path begins with it`,
      help: `Name a segment, for example "@prefix /v1", or remove the tag`,
    });
    return null;
  }
  // "/{tenant}" alone would be every path of a single segment; as a prefix it is not alone.
  if (prefix.markers.length === 0) checkOwnPath(prefix, report);
  return prefix;
}
