/**
 * Scopes in a tag, which a caller needs all of.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import { quote } from "../../text/quote.ts";
import type { Report } from "../../text/source.ts";

/** The scopes, each once; reports those that no token can have, and repeated ones. */
export function readScopes(words: readonly Word[], report: Report): readonly string[] {
  const scopes = new Set<string>();
  for (const { text, span } of words) {
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
  return [...scopes];
}
