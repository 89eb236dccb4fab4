/**
 * The constant text in a call of `fromJson()`.
 *
 * @module
 */
import { type Literal, type Term, unhinted } from "./term.ts";

/** By its two names: Cassandra 5 has both. */
const FROM_JSON = ["from_json", "fromjson"];

/** @returns null for any other term, and if the text is bound */
export function fromJsonText(term: Term): Literal | null {
  if (term.kind !== "call" || !FROM_JSON.includes(term.function.name.name)) return null;
  const [argument] = term.arguments.map(unhinted);
  return argument?.kind === "literal" ? argument : null;
}
