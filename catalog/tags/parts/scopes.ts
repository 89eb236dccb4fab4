/**
 * Scopes in a tag, which a caller needs all of, and what no scope of a token is.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import { quote } from "../../text/quote.ts";
import type { Report } from "../../text/source.ts";

/** RFC 6749, section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** How a remark begins that was meant to follow the scopes. */
const REMARK = /^(?:--|\/\/|\/\*|#$|\()/;

/** Why no token has a scope, and what to write. */
export interface ScopeMistake {
  readonly state: string;
  readonly help: string;
}

/** What is wrong with a scope, or with several that were meant; null if a token may have it. */
export function scopeMistake(text: string): ScopeMistake | null {
  if (!SCOPE.test(text)) {
    return {
      state: "characters that no scope can have",
      help: `Use printable ASCII without '"' and "\\"`,
    };
  }
  // Scopes may have a comma inside, as in "group:a,b". A colon after it begins another scope.
  if (/^,|,$/.test(text) || /^[^,:]+:[^,]*(?:,[^,:]+:[^,]*)+$/.test(text)) {
    return { state: "a comma does not separate scopes", help: "Separate scopes by spaces" };
  }
  if (/^'.+'$/.test(text)) {
    return { state: "its quotes would be part of it", help: "Remove the quotes" };
  }
  return null;
}

/** The scopes, each once; reports those that no token can have, and repeated ones. */
export function readScopes(words: readonly Word[], report: Report): readonly string[] {
  const scopes = new Set<string>();
  for (const { text, span } of words) {
    if (REMARK.test(text)) {
      report({
        span,
        message: `Cannot use ${quote(text)} after scopes: each word of a remark would be a scope`,
        help: "Write the remark as prose on a line of its own",
      });
      break;
    }
    const mistake = scopeMistake(text);
    if (mistake !== null) {
      const { state, help } = mistake;
      report({ span, message: `Cannot use scope ${quote(text)}: ${state}`, help });
    } else if (/^(?:or|and|[|&]+)$/i.test(text)) {
      report({
        span,
        message: `Cannot use "${text}" between scopes: it would be a scope`,
        help: "Remove it: all scopes of a line are needed. An alternative is a further @scope line",
      });
    } else if (scopes.has(text)) {
      report({ span, message: `Duplicate scope "${text}"`, help: "Keep one of them" });
    }
    scopes.add(text);
  }
  return [...scopes];
}
