/**
 * What sets and maps have in common. They hold no nulls, and each member once: of two elements of a set, or two keys
 * of a map, that it calls equal, Cassandra would keep one and drop the other without a word, so that is refused.
 *
 * Members are sent in Cassandra's order. It sorts them itself in a column or a marker of such a type, and takes them as
 * they come inside a tuple or a user-defined type, where the same members in two orders are two values.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Format } from "./format.ts";

/** Whether members stay in the order in which they are read, as those of values that are stored. */
export interface Order {
  readonly isKept: boolean;
}

/** Names a value in an issue, in short. */
export function quote(format: Format, bytes: Buffer): string {
  const json = JSON.stringify(format.decode(bytes, 0, bytes.length));
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
