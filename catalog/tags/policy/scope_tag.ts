/**
 * The `@scope a b` tag: a caller needs all of these scopes. A repeated line is an alternative.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import { readScopes } from "../parts/scopes.ts";
import type { Tag } from "../tag.ts";
import type { TagLine } from "../tag_line.ts";

export interface ScopeTag {
  readonly scopes: readonly string[];
  readonly span: Span;
}

export const scopeTag: Tag<ScopeTag> = { repeats: true, about: "either", read: readScope };

function readScope(line: TagLine, report: Report): ScopeTag {
  if (line.words.length === 0) {
    report({
      span: line.nameSpan,
      message: "Missing scope",
      help: `Name the scopes that a caller needs, for example "@scope stations:read"`,
    });
  }
  return { scopes: readScopes(line.words, report), span: line.span };
}
