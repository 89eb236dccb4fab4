/**
 * The `@scope a b` tag: a caller needs all of these scopes. A repeated line is an alternative.
 *
 * @module
 */

import { quote } from "../text/quote.ts";
import type { Report, Span } from "../text/source.ts";
import type { Tag } from "./tag.ts";
import type { TagLine } from "./tag_line.ts";

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
  const scopes = new Set<string>();
  for (const { text, span } of line.words) {
    // RFC 6749, section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
    if (!/^[\x21\x23-\x5B\x5D-\x7E]+$/.test(text)) {
      report({
        span,
        message: `Cannot use scope ${quote(text)}: characters that no scope can have`,
        help: `Use printable ASCII without '"' and "\\"`,
      });
    } else if (scopes.has(text)) {
      report({ span, message: `Duplicate scope "${text}"`, help: "Keep one of them" });
    }
    scopes.add(text);
  }
  return { scopes: [...scopes], span: line.span };
}
