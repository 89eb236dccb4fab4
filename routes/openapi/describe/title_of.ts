/**
 * Titles of operations, for those that have no words of their own.
 *
 * @module
 */

/** `list_stations` → `List stations`. */
export function titleOf(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
