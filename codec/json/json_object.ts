/**
 * Objects whose keys come from data. `__proto__` is a key like any other in JSON and in a `map`,
 * while assigning to it in JavaScript loses the value. Deno takes the setter away that does it, but
 * not under `--unstable-unsafe-proto`, and a dependency may bring it back.
 *
 * @module
 */
import { ExactNumber } from "./exact_number.ts";
import type { Json } from "./json.ts";

/** Whether the value is a parsed JSON object. */
export function isJsonObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json) &&
    !(json instanceof ExactNumber);
}

/** Sets an own member, whatever its key. */
export function setMember(object: { [key: string]: Json }, key: string, value: Json): void;
export function setMember(object: Record<string, unknown>, key: string, value: unknown): void;
export function setMember(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else {
    object[key] = value;
  }
}
