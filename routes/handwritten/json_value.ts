/**
 * Values that a handler passes to a query and JSON has no form for. Only a mistake of the handler makes them: types
 * refuse them, but modules run unchecked, and a client cannot send them.
 *
 * @module
 */
import { ExactNumber } from "../../codec/json/exact_number.ts";

/** What each kind is to be passed as. */
const KINDS: readonly [isKind: (value: unknown) => boolean, kind: string, help: string][] = [
  [(value) => typeof value === "bigint", "a bigint", "String(value)"],
  [(value) => value instanceof Date, "a Date", "value.toISOString()"],
  [(value) => value instanceof Uint8Array, "a Uint8Array", "value.toBase64()"],
  [(value) => value instanceof Set, "a Set", "[...value]"],
  [(value) => value instanceof Map, "a Map", "Object.fromEntries(value)"],
];

/** What is wrong with a value, and what to do; null if JSON has a form for all of it. */
export function notJson(value: unknown): string | null {
  const found = KINDS.find(([isKind]) => isKind(value));
  if (found !== undefined) return `${found[1]}: pass ${found[2]}`;
  if (typeof value === "function" || typeof value === "symbol") {
    return `a ${typeof value}: pass it as JSON has it`;
  }
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return null;
  return Object.values(value).map(notJson).find((mistake) => mistake !== null) ?? null;
}
