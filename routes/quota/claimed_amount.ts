/**
 * The amount of a rate that a token sets. A claim can only raise it up to the ceiling of the rate, and a claim
 * that is not an amount is refused, so that an issuer's mistake neither lifts a limit nor goes unnoticed.
 *
 * @module
 */
import type { Rate } from "../../catalog/query.ts";
import { parseClaimPath } from "../../catalog/text/claim_path.ts";
import { quote } from "../../catalog/text/quote.ts";
import { ExactNumber } from "../../codec/json/exact_number.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { Claims } from "../context.ts";
import { claimAt } from "../input/claims/claim_at.ts";

/** The amount for a token; null if it says nothing about it. @throws {ServiceError} `missing_claim` */
export type AmountReader = (claims: Claims) => number | null;

/** Less would make waiting times that no client can use. */
const MIN_AMOUNT = 0.001;

/** @throws {TypeError} if the claim is not a path, which the rate has made sure of */
export function compileAmount({ claim, max }: NonNullable<Rate["claimed"]>): AmountReader {
  const path = parseClaimPath(claim);
  if (path === null) throw new TypeError(`Cannot read a limit: "${claim}" is not a path`);
  return (claims) => {
    const value = claimAt(claims, path);
    if (value === undefined) return null;
    const amount = value instanceof ExactNumber ? Number(value.source) : value;
    if (typeof amount === "number" && amount >= MIN_AMOUNT) return Math.min(amount, max);
    throw new ServiceError(
      "missing_claim",
      `This route takes a limit from the token's claim ${quote(claim)}, ` +
        `which is not a number of at least ${MIN_AMOUNT}: get a token without it, or with a number`,
    );
  };
}
