/**
 * Where a string of a JSON text ends (RFC 8259, section 7).
 *
 * @module
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The index of the first unescaped quote at or after `from`; beyond the text if it has no such quote. `from` is
 * inside a string, and not right after a backslash.
 */
export function closingQuote(text: string, from: number): number {
  let index = from;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}
