/**
 * Ends of a range of `timeuuid`, as `minTimeuuid(:since)` and `maxTimeuuid(:until)` make them of an
 * instant. A `timeuuid` holds the times from 1582 to 5236. Cassandra makes an arbitrary value of any other
 * instant, and so would leave out rows without a word.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Statement } from "../../../catalog/statement/statement.ts";
import { type Term, unhinted, walkTerm } from "../../../catalog/statement/term.ts";
import { termsOf } from "../../../catalog/statement/terms_of.ts";
import type { Codec } from "../../../codec/codec.ts";
import { TIMEUUID_RANGE } from "../../../codec/types/identifiers.ts";

/** With the spellings before Cassandra 5. */
const BOUNDS = ["min_timeuuid", "max_timeuuid", "mintimeuuid", "maxtimeuuid"];

/** The markers that `minTimeuuid()` or `maxTimeuuid()` is called with. */
export function timeuuidBounds(statement: Statement): ReadonlySet<string> {
  const names = termsOf(statement).flatMap((term) => [...walkTerm(term)]).flatMap((term) => {
    if (!isTimeuuidBound(term)) return [];
    const [argument] = term.arguments.map(unhinted);
    return argument?.kind === "marker" && argument.name !== null ? [argument.name] : [];
  });
  return new Set(names);
}

/** Whether a term is a call of one of the functions. */
export function isTimeuuidBound(term: Term): term is Extract<Term, { kind: "call" }> {
  return term.kind === "call" && BOUNDS.includes(term.function.name.name);
}

/** Whether a `timeuuid` can hold the instant of a value; true for types that hold none. */
export function isWithinTimeuuid(bytes: Buffer, { instantOf }: Pick<Codec, "instantOf">): boolean {
  const ms = instantOf?.(null)?.(bytes);
  return ms === undefined || ms >= TIMEUUID_RANGE.first && ms <= TIMEUUID_RANGE.last;
}
