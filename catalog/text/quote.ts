/**
 * Quotes what a report speaks about.
 *
 * @module
 */

/** `text` in double quotes, or in single quotes where it contains double quotes. */
export function quote(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
