/**
 * Sentences that end a message, after its colon: `Unknown: did you mean "name"?`
 *
 * @module
 */

/** The sentence with its first letter in lower case. */
export function asClause(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
