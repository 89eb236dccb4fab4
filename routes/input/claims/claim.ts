/**
 * A claim of the verified token → the bytes that are bound. A claim decides whose rows a request can reach, so
 * it is neither converted nor rounded: a value that is not exactly of the column's type is refused, and two
 * different values never become the same.
 *
 * | Column         | Claim                                                      |
 * | -------------- | ---------------------------------------------------------- |
 * | a number       | a JSON number, exactly as it is written, or its text       |
 * | `boolean`      | `true` or `false`, or its text                             |
 * | a composite    | the JSON that the type has: an array or an object          |
 * | any other type | a JSON string                                              |
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { parseClaimPath } from "../../../catalog/text/claim_path.ts";
import { quote } from "../../../catalog/text/quote.ts";
import type { Codec } from "../../../codec/codec.ts";
import { variantCodecFor } from "../../../codec/codec_for.ts";
import { ExactNumber } from "../../../codec/json/exact_number.ts";
import type { Category } from "../../../codec/parts/format.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import type { Claims } from "../../context.ts";
import { claimAt } from "./claim_at.ts";

/** @throws {ServiceError} `missing_claim` if the claim is not a value of the column's type */
export type ClaimReader = (claims: Claims) => Buffer;

const NUMBERS: readonly Category[] = ["integer", "decimal", "float"];

/** An integer has one text: `007` is not `7`. */
const INTEGER_TEXT = /^(?:0|-?[1-9]\d*)$/;
/** A JSON number cannot begin like this. */
const LEADING_ZERO = /^-?0\d/;

/**
 * Reads the claim at a path, such as `org.id`, for a column of the codec's type.
 *
 * @throws {TypeError} if the text is not a path
 */
export function compileClaim(codec: Codec, claim: string): ClaimReader {
  const path = parseClaimPath(claim);
  if (path === null) throw new TypeError(`Cannot read a claim: "${claim}" is not a path`);
  const { cql, category } = codec;
  const readValue = compileClaimValue(codec);
  // A verified token is remembered together with its claims, so their bytes are the same each time.
  const known = new WeakMap<Claims, Buffer>();
  return (claims) => {
    const bytes = known.get(claims);
    if (bytes !== undefined) return bytes;
    const json = claimAt(claims, path);
    const value = readValue(json);
    if (value !== null) {
      known.set(claims, value);
      return value;
    }
    throw new ServiceError(
      "missing_claim",
      `This route takes a "${cql}" from the token's claim ${quote(claim)}, ` +
        `which is ${kindOfClaim(json, category)}: get a token that has it`,
    );
  };
}

/** Reads the JSON of a claim as a value of the codec's type; null if it is not exactly of that type. */
export function compileClaimValue(
  { type }: Pick<Codec, "type">,
): (json: unknown) => Buffer | null {
  const codec = variantCodecFor(type, { exact: true });
  return (json) => {
    const result = isEmpty(json) ? undefined : schemaFor(codec, json)?.safeParse(json);
    return result?.success ? codec.encode(result.data) : null;
  };
}

/** Whether the claim says nothing: everybody without a tenant would share it. */
function isEmpty(json: unknown): boolean {
  return json === undefined || json === null || json === "";
}

/** The schema for JSON of this kind; undefined if the column does not take it. */
function schemaFor({ category, text, input }: Codec, json: unknown): Codec["input"] | undefined {
  if (category === "composite") return typeof json === "object" ? input : undefined;
  if (typeof json === "string") {
    if (category === "integer" && !INTEGER_TEXT.test(json)) return undefined;
    return NUMBERS.includes(category) && LEADING_ZERO.test(json) ? undefined : text;
  }
  if (typeof json === "boolean") return category === "boolean" ? input : undefined;
  return isNumber(json) && NUMBERS.includes(category) ? input : undefined;
}

/** The kind of value that was found instead; never the value itself. */
export function kindOfClaim(json: unknown, category: Category): string {
  if (json === undefined) return "missing";
  if (json === null) return "null";
  if (json === "") return "an empty string";
  if (typeof json === "boolean") return "a boolean";
  if (isNumber(json)) return NUMBERS.includes(category) ? "a number that does not fit" : "a number";
  if (Array.isArray(json)) return "an array";
  if (typeof json !== "string") return "an object";
  return category === "composite" ? "a string" : "a string of another form";
}

function isNumber(json: unknown): boolean {
  return typeof json === "number" || json instanceof ExactNumber;
}
