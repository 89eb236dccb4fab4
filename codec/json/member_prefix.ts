/**
 * What stands before the members of a JSON object whose names are known: written once, not for each value.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** The text before the value of the member at `index`, such as `,"name":`, in UTF-8. */
export function memberPrefix(name: string, index: number): Buffer {
  return Buffer.from(`${index === 0 ? "{" : ","}${JSON.stringify(name)}:`);
}

/**
 * Whether an object of these members has another order than they have here: JavaScript has names that look
 * like the index of an array before the others.
 */
export function hasOwnOrder(members: readonly { readonly name: string }[]): boolean {
  return members.some(({ name }) => /^\d+$/.test(name));
}
