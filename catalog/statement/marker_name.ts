/**
 * Names for markers: what CQL takes without quotes, spelt as the server keeps it.
 *
 * @module
 */

import { toSnakeCase } from "../text/snake_case.ts";
import { isReserved } from "./reserved_words.ts";

/** A name that a marker can have, near to `name`; empty if nothing of it can stay. */
export function toMarkerName(name: string): string {
  const plain = toSnakeCase(name);
  if (!isReserved(plain)) return plain;
  return plain === "limit" ? "row_limit" : `${plain}_value`;
}

/** What to call a marker whose name is now `name`; `sign` comes before it. */
export function helpToNameMarker(name: string, sign = ""): string {
  const better = toMarkerName(name);
  return better === ""
    ? `Use lower-case letters, digits and "_", beginning with a letter`
    : `Name it "${sign}${better}"`;
}
