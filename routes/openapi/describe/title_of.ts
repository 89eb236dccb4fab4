/**
 * Titles of operations that have no summary of their own.
 *
 * @module
 */

/** `list_stations` → `List stations`. */
export function titleOf(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
