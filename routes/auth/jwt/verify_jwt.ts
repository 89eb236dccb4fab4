/**
 * JWT → identity. This is where access tokens are checked (RFC 9068, section 4): the header, the issuer that
 * the token names, the signature with the keys of that issuer, the kind of token, and the claims, in this
 * order.
 *
 * Security: the issuer that a token names is not trusted until the signature is checked. It only chooses whose
 * keys and rules the token is checked with; the verified claims must name that issuer again. A token of an
 * unknown issuer is refused without a fetch and without a slot in a queue. Reading the claims before the
 * signature is checked takes time in proportion to the length of the token, which is limited.
 *
 * @module
 */
import type { Observe } from "../../../observe/observation.ts";
import type { Identity } from "../../context.ts";
import { Slots } from "../../load/slots.ts";
import { BoundedTurns } from "../../load/bounded_turns.ts";
import type { TrustedIssuer } from "../issuer/trusted_issuer.ts";
import { SIGNATURES_AT_ONCE, WAITING } from "../waiting.ts";
import { foreignIssuer } from "./check_claims.ts";
import { createIssuerVerifier, type IssuerVerifier } from "./issuer_verifier.ts";
import { decodePart } from "./json_part.ts";
import { readJwtHeader } from "./jwt_header.ts";
import { namedIssuer } from "./named_issuer.ts";

/** Verifies the tokens of the trusted issuers. */
export interface JwtVerifier {
  /**
   * @param address the address of the caller, whose token is not trusted yet
   * @throws {ServiceError} `invalid_token`; `issuer_unavailable` without the issuer's keys; `too_busy` or
   * `too_many_in_flight` if too many tokens are waiting
   */
  verify(token: string, address: string): Promise<Identity>;
  /** Fetches the issuers' keys ahead of the first token. Never rejects. */
  warmUp(): Promise<void>;
  /** Stops looking for newer keys. */
  close(): void;
}

export interface JwtVerifierOptions {
  /** No two of the same name. */
  readonly issuers: readonly TrustedIssuer[];
  /** How long an issuer's keys are used without asking for them again. Default: ten minutes. */
  readonly maxKeyAgeMs?: number;
  readonly observe: Observe;
}

export function createJwtVerifier({ issuers, ...options }: JwtVerifierOptions): JwtVerifier {
  const signatures = new BoundedTurns({ slots: new Slots(WAITING), atOnce: SIGNATURES_AT_ONCE });
  const verifiers = new Map<string, IssuerVerifier>();
  for (const trusted of issuers) {
    if (verifiers.has(trusted.issuer)) {
      throw new TypeError(`Cannot verify tokens: the issuer "${trusted.issuer}" is there twice`);
    }
    verifiers.set(trusted.issuer, createIssuerVerifier(trusted, { signatures, ...options }));
  }

  return {
    async verify(token, address) {
      const header = readJwtHeader(token);
      // jose takes a signature with padding, or with bits that mean nothing.
      decodePart(token, 2);
      const verifier = verifiers.get(namedIssuer(token));
      if (verifier === undefined) throw foreignIssuer();
      return await verifier.verify({ token, header }, address);
    },
    async warmUp() {
      await Promise.all(Array.from(verifiers.values(), (verifier) => verifier.warmUp()));
    },
    close() {
      for (const verifier of verifiers.values()) verifier.close();
    },
  };
}
