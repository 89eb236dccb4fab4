/**
 * Checks what `@require` demands of the caller's token, before Cassandra is asked. A claim is read as a value
 * of the type that it is compared with, just like a claim that is bound, and compared byte by byte: nothing is
 * converted or rounded. A claim that is missing or is not of that type satisfies no comparison, not even `!=`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { clientNameOf } from "../../../catalog/parse/client_name.ts";
import type { Comparison, Param, Requirement } from "../../../catalog/query.ts";
import { comparandText } from "../../../catalog/tags/policy/require_tag.ts";
import { parseClaimPath } from "../../../catalog/text/claim_path.ts";
import { quote } from "../../../catalog/text/quote.ts";
import { codecFor } from "../../../codec/codec_for.ts";
import type {
  EncodedValues,
  PreparedParam,
  PreparedQuery,
} from "../../../db/prepare/prepared_query.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import type { Claims } from "../../context.ts";
import { compileClaimValue, kindOfClaim } from "./claim.ts";
import { claimAt } from "./claim_at.ts";

/**
 * @returns what holds a request's values against the claims, which are read once for all values
 * @throws {ServiceError} `requirement_not_met`
 */
export type RequirementReader = (claims: Claims) => (values: EncodedValues) => void;

export interface RequirementScope {
  /** Whether to look at requirements that compare with this parameter; null for those with a literal. */
  includes(param: Param | null): boolean;
}

/** All requirements of a query that are in the scope; null if there are none. */
export function compileRequirements(
  { query, params }: Pick<PreparedQuery, "query" | "params">,
  { includes }: RequirementScope,
): RequirementReader | null {
  const readers = query.requirements.flatMap((requirement) => {
    const { comparand } = requirement;
    const prepared = comparand.kind === "literal"
      ? null
      : params.find(({ param }) => param.name === comparand.name);
    if (prepared === undefined) {
      throw new TypeError(`Cannot compare with ${comparandText(comparand)}: no such parameter`);
    }
    return includes(prepared?.param ?? null) ? compileRequirement(requirement, prepared) : [];
  });
  if (readers.length === 0) return null;
  return (claims) => {
    const checks = readers.map((read) => read(claims));
    return (values) => {
      for (const check of checks) check(values);
    };
  };
}

function compileRequirement(
  requirement: Requirement,
  prepared: PreparedParam | null,
): RequirementReader {
  const { claim, comparison, comparand } = requirement;
  const path = parseClaimPath(claim);
  if (path === null) throw new TypeError(`Cannot read a claim: "${claim}" is not a path`);
  const codec = comparand.kind === "literal" ? codecFor({ kind: comparand.type }) : prepared!.codec;
  const readValue = compileClaimValue(codec);
  const literal = comparand.kind === "literal"
    ? codec.encode(codec.text.parse(comparand.text))
    : null;
  const what = comparand.kind === "literal"
    ? comparandText(comparand)
    : `the parameter "${clientNameOf(prepared!.param)}"`;
  const demand = `The token's claim ${quote(claim)} must ${COMPARISON_VERBS[comparison]} ${what}`;
  const kindOf = (json: unknown) =>
    comparison === "contains" && json !== undefined
      ? "not a list"
      : kindOfClaim(json, codec.category);

  return (claims) => {
    const json = claimAt(claims, path);
    const holds = comparison === "contains"
      ? containing(json, readValue)
      : comparing(comparison, readValue(json));
    return (values) => {
      const other = literal ?? values[prepared!.param.name];
      if (other && holds?.(other) === true) return;
      const found = holds === null ? `, and it is ${kindOf(json)}` : "";
      throw new ServiceError(
        "requirement_not_met",
        `${demand}${found}: request what the token allows, or get another token`,
      );
    };
  };
}

/** In a sentence about a claim that must do so. */
export const COMPARISON_VERBS: Readonly<Record<Comparison, string>> = {
  "=": "equal",
  "!=": "differ from",
  "contains": "contain",
};

/** Whether a value satisfies the comparison; null where the claim has nothing that can be compared. */
type Predicate = ((value: Uint8Array) => boolean) | null;

function comparing(comparison: "=" | "!=", claimed: Buffer | null): Predicate {
  if (claimed === null) return null;
  return (value) => claimed.equals(value) === (comparison === "=");
}

/** Members that are not values of the type cannot match. */
function containing(json: unknown, readValue: (json: unknown) => Buffer | null): Predicate {
  if (!Array.isArray(json)) return null;
  // Read once, however many values are looked for.
  const members = new Set(json.flatMap((member) => readValue(member)?.toString("latin1") ?? []));
  return (value) => members.has(Buffer.from(value).toString("latin1"));
}
