/**
 * How long the values of a marker may be where Cassandra keeps them in a key as well, which has two bytes for the length
 * of each of its parts. Cassandra itself checks the keys of tables. It fails on a longer index entry, and
 * on a longer key passed to `token()`; a row whose key in a view is longer is lost later.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Codec } from "../../../codec/codec.ts";
import type { MarkerPlace } from "../statement_context.ts";

export const MAX_KEY_BYTES = 65_535;

export interface LengthLimit {
  /** Whether it holds for each member of a collection, rather than for the whole value. */
  readonly isOfMembers: boolean;
  /** How many bytes, and why. */
  readonly expected: string;
}

/** @returns null if nothing limits the values beyond their type */
export function lengthLimitOf(places: readonly MarkerPlace[], codec: Codec): LengthLimit | null {
  for (const { role, table } of places) {
    if (role.kind === "token") return limitOf("it is part of a key");
    if (
      role.kind === "value" && table?.viewKeys.has(role.column) && role.assignment !== "element"
    ) {
      return limitOf("it is part of the key of a view");
    }
    const column = columnOf(role);
    if (column === null || !table?.indexedEntries.has(column)) continue;
    const isOfMembers = role.kind === "value" && role.assignment !== "element";
    const { kind } = codec.type;
    if (isOfMembers && kind !== "map" && kind !== "set") continue;
    return limitOf(`the entries of "${column}" are indexed`, { isOfMembers });
  }
  return null;
}

function limitOf(reason: string, { isOfMembers = false } = {}): LengthLimit {
  const what = `${isOfMembers ? "members of " : ""}at most ${MAX_KEY_BYTES} bytes`;
  return { isOfMembers, expected: `${what}, as ${reason}` };
}

/** The column whose entry it writes, removes or compares with. */
function columnOf(role: MarkerPlace["role"]): string | null {
  if (role.kind === "value" || role.kind === "subscript") return role.column;
  return role.kind === "restriction" ? role.elementOf : null;
}

/** @param bytes of a value, as the native protocol has it; of a map or a set if the limit is of members */
export function isWithin(bytes: Buffer, { isOfMembers }: LengthLimit): boolean {
  if (bytes.length <= MAX_KEY_BYTES) return true;
  if (!isOfMembers) return false;
  // The number of the members, then each after its length (section 6.23 of the specification).
  let at = 4;
  while (at < bytes.length) {
    const length = bytes.readInt32BE(at);
    if (length > MAX_KEY_BYTES) return false;
    at += 4 + Math.max(length, 0);
  }
  return true;
}
