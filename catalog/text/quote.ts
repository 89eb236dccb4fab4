/**
 * Quotes what a report speaks of.
 *
 * @module
 */

/** `text` in double quotes, or in single ones where it has double quotes itself. */
export function quote(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
