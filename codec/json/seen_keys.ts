/**
 * Adds a key to those already seen, unless it is among them. V8 hashes the digits of an array index by their
 * value, without a secret, so a caller could choose keys that all fall into one bucket; no index has the prefix.
 *
 * @module
 */
export function addKey(seen: Set<string>, key: string): boolean {
  const size = seen.size;
  return seen.add(`=${key}`).size > size;
}
