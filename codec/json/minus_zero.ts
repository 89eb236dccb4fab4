/**
 * Minus zero. JSON has `-0.0`, but `JSON.stringify(-0)` is `0`. A value read from Cassandra has raw JSON
 * text in its place (ECMAScript proposal "JSON.parse source text access"), so that whatever writes the
 * value writes `-0.0`, and values without it cost nothing: a replacer, or a look at every number, would
 * make the writing of rows slower by a third and more.
 *
 * @module
 */
import type { Json } from "./json.ts";
import { isJsonObject } from "./json_object.ts";

declare global {
  /** Not in TypeScript's own library yet. */
  interface JSON {
    /** An object that `JSON.stringify` writes as this text. */
    rawJSON(text: string): { readonly rawJSON: string };
  }
}

/** What `JSON.stringify` writes as `-0.0`. For code that calculates, see `withNumbers()`. */
export const MINUS_ZERO: Json = JSON.rawJSON("-0.0");

/** The value with the number -0 in the place of `MINUS_ZERO`, as code calculates with it. */
export function withNumbers(json: { [key: string]: Json }): { [key: string]: Json };
export function withNumbers(json: Json): Json;
export function withNumbers(json: unknown): unknown;
export function withNumbers(json: unknown): unknown {
  if (json === MINUS_ZERO) return -0;
  if (Array.isArray(json)) return json.map((member) => withNumbers(member));
  if (!isJsonObject(json)) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, member]) => [key, withNumbers(member)]),
  );
}
