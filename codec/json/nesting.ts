/**
 * How deep a JSON text may nest. Code that reads a value often calls itself for each level, so the depth is
 * limited before anything is read (RFC 8259, section 9, lets a reader set such a limit).
 *
 * @module
 */
import { closingQuote } from "./closing_quote.ts";

/** Arrays and objects inside each other. Types of Cassandra that people use nest five deep or so. */
export const MAX_JSON_DEPTH = 64;

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** A text may be JSON, but nests too deeply. */
export class NestingError extends SyntaxError {
  constructor() {
    super(`Cannot parse JSON: arrays and objects nest more than ${MAX_JSON_DEPTH} deep`);
  }
}

/**
 * Refuses a text that nests too deeply. It need not be JSON.
 *
 * @throws {NestingError}
 */
export function assertNesting(text: string): void {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = closingQuote(text, index + 1);
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        if (++depth > MAX_JSON_DEPTH) throw new NestingError();
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        depth--;
    }
  }
}
