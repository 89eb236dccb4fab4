/**
 * Quotes what a report mentions.
 *
 * @module
 */

/** `text` in double quotes, or in single quotes where it contains double quotes. */
export function quote(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
