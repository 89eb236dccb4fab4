/**
 * A name as a statement has to write it.
 *
 * @module
 */

import { isReserved } from "./reserved_words.ts";

/** In double quotes where the server would otherwise lower-case it, or take it for something else. */
export function writtenName(name: string): string {
  const isPlain = /^[a-z][a-z0-9_]*$/.test(name) && !isReserved(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}
