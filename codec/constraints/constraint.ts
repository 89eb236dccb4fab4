/**
 * What `enum=`, `pattern=` and `format=` ask of a value beyond its type: of a text or a number itself,
 * of a list or set each element.
 *
 * @module
 */
import type { ParamOptions } from "../../catalog/tags/input/options/options.ts";
import type { Codec, CqlType, Json } from "../codec.ts";
import { codecFor } from "../codec_for.ts";
import { withNumbers } from "../json/minus_zero.ts";
import { type Decimal, parseDecimal } from "../parts/decimal.ts";
import type { Elements } from "../types/collections.ts";
import { TEXT_FORMS } from "./text_format.ts";

export type Constraints = Pick<ParamOptions, "enum" | "pattern" | "format">;

export interface Constraint {
  readonly option: keyof Constraints;
  /** As in 'Expected one of "a", "b"'. */
  readonly expected: string;
  /** What JSON Schema says of it. */
  readonly keywords: Readonly<Record<string, Json>>;
  /** Takes a value as the codec reads it, of a list or set an element. */
  holds(value: unknown): boolean;
}

/** Longest element of a list or set that is matched with a pattern, in UTF-16 code units. */
export const MAX_ELEMENT_LENGTH = 256;

/** More than these are not listed in an error; OpenAPI has them all. */
const MAX_LISTED = 20;

/** The type whose values are constrained: of a list or set its elements'. */
export function constrainedType(type: CqlType): CqlType {
  return type.kind === "list" || type.kind === "set" ? type.of : type;
}

export function isText({ kind }: CqlType): boolean {
  return kind === "text" || kind === "ascii";
}

/** Why a word of `enum=` is not a value of the type; null if it is. */
export function enumMistake(type: CqlType, word: string): string | null {
  const { cql, text } = codecFor(constrainedType(type));
  if (!text.safeParse(word).success) return `is not a "${cql}"`;
  return isText(constrainedType(type)) || parseDecimal(word) !== undefined
    ? null
    : "is not a number";
}

/** The constraints of a parameter, for a type that takes them. */
export function constraintsOf(codec: Codec, options: Constraints): Constraint[] {
  const { pattern, format } = options;
  const constraints: Constraint[] = [];
  if (options.enum !== null) constraints.push(enumConstraint(codec.type, options.enum));
  if (pattern !== null) {
    const isElement = constrainedType(codec.type) !== codec.type;
    constraints.push({
      option: "pattern",
      expected: `text of the pattern ${pattern.source}`,
      keywords: {
        pattern: pattern.source,
        ...(isElement ? { maxLength: MAX_ELEMENT_LENGTH } : {}),
      },
      holds: (value) => {
        const text = value as string;
        return (!isElement || text.length <= MAX_ELEMENT_LENGTH) && pattern.matches(text);
      },
    });
  }
  if (format !== null) {
    const { phrase, example, pattern: known, matches } = TEXT_FORMS[format];
    constraints.push({
      option: "format",
      expected: phrase,
      keywords: {
        format,
        ...(pattern === null ? { example } : {}),
        ...(known === null || pattern !== null ? {} : { pattern: known }),
      },
      holds: (value) => matches(value as string),
    });
  }
  return constraints;
}

function enumConstraint(type: CqlType, words: readonly string[]): Constraint {
  const member = codecFor(constrainedType(type));
  const json = words.map((word) => {
    const bytes = member.encode(member.text.parse(word));
    return withNumbers(member.decode(bytes, 0, bytes.length)) as Json;
  });
  const listed = words.slice(0, MAX_LISTED).map((word) => `"${word}"`).join(", ");
  const common = {
    option: "enum",
    expected: `one of ${listed}${words.length > MAX_LISTED ? ", …" : ""}`,
    keywords: { enum: json, example: json[0]! },
  } as const;
  if (isText(constrainedType(type))) {
    const texts = new Set<unknown>(words);
    return { ...common, holds: (value) => texts.has(value) };
  }
  const numbers = words.map(parseDecimal) as readonly Decimal[];
  const { measure } = member;
  return {
    ...common,
    holds: (value) => numbers.some((number) => measure!.compare(value, number) === 0),
  };
}

/** The places in a value where a constraint does not hold: an index of a list or set, or null. */
export function* violations(
  { type }: Codec,
  { value, constraint }: { readonly value: unknown; readonly constraint: Constraint },
): Generator<number | null> {
  if (type.kind !== "list" && type.kind !== "set") {
    if (!constraint.holds(value)) yield null;
    return;
  }
  const members = type.kind === "set" ? (value as Elements).values : value as unknown[];
  for (const [index, member] of members.entries()) {
    if (!constraint.holds(member)) yield index;
  }
}
