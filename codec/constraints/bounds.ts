/**
 * Bounds of a value, as `min=` and `max=` write them.
 *
 * @module
 */
import type { Codec } from "../codec.ts";
import { type Decimal, parseDecimal } from "../parts/decimal.ts";

/** As written in the tag; null if not given. */
export interface Bounds {
  readonly min: string | null;
  readonly max: string | null;
}

/** What tells whether a value, as `input` or `text` gave it, lies within its bounds. */
export function boundsCheck(
  { measure }: Pick<Codec, "measure">,
  { min, max }: Bounds,
): (value: unknown) => boolean {
  const [least, most] = [min, max].map((bound) => bound === null ? null : parseBound(bound));
  return (value) => {
    if (measure === null) return true;
    return (!least || measure.compare(value, least) >= 0) &&
      (!most || measure.compare(value, most) <= 0);
  };
}

function parseBound(text: string): Decimal {
  const bound = parseDecimal(text.replace(/^\+/, ""));
  if (bound === undefined) throw new TypeError(`Cannot use "${text}" as a bound: not a number`);
  return bound;
}
