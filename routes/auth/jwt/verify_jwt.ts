/**
 * JWT → identity. This is where access tokens are checked (RFC 9068, section 4): the header, the signature
 * with the keys of the issuer, the kind of token, and the claims, in this order.
 *
 * Signatures take time to check, and keys take as long as the issuer needs. Each kind of work has a bounded
 * queue of its own, so that a flood of unknown tokens delays neither the other queue nor known callers.
 *
 * @module
 */
import { ServiceError } from "../../../errors/service_error.ts";
import type { Observe } from "../../../observe/observation.ts";
import type { Identity } from "../../context.ts";
import { Places } from "../../load/places.ts";
import { Turns } from "../../load/turns.ts";
import { invalidToken } from "../challenge.ts";
import { createIssuerKeys } from "../issuer/issuer_keys.ts";
import { checkClaims } from "./check_claims.ts";
import { readJsonPart } from "./json_part.ts";
import type { ScopeRules } from "./granted_scopes.ts";
import { type JwtHeader, readJwtHeader } from "./jwt_header.ts";
import { assertAccessToken, normaliseType } from "./token_kind.ts";
import { type KeySet, mayFit, verifySignature } from "./verify_signature.ts";

// Enough to keep a few cores busy; more would only compete for them.
const SIGNATURES_AT_ONCE = 4;
/** The length of each queue. One address gets half of it at most. */
const WAITING = { max: 1024, maxPerCaller: 512 };

/** Verifies the tokens of one issuer. */
export interface JwtVerifier {
  /**
   * @param address the address of the caller, whose token is not trusted yet
   * @throws {ServiceError} `invalid_token`; `issuer_unavailable` without the issuer's keys; `too_busy` or
   * `too_many_in_flight` if too many tokens are waiting
   */
  verify(token: string, address: string): Promise<Identity>;
  /** Fetches the issuer's keys ahead of the first token. Never rejects. */
  warmUp(): Promise<void>;
}

export interface JwtVerifierOptions extends ScopeRules {
  readonly issuer: string;
  readonly audience: string;
  /** Further values of `typ` that mark access tokens. */
  readonly tokenTypes: readonly string[];
  /** How long the issuer's keys are used without asking for them again. Default: ten minutes. */
  readonly maxKeyAgeMs?: number;
  readonly observe: Observe;
}

export function createJwtVerifier(options: JwtVerifierOptions): JwtVerifier {
  const { issuer, audience, scopeClaims, roles, observe } = options;
  const tokenTypes = new Set(options.tokenTypes.map(normaliseType));
  const issuerKeys = createIssuerKeys({
    issuer,
    observe,
    ...(options.maxKeyAgeMs === undefined ? {} : { maxAgeMs: options.maxKeyAgeMs }),
  });
  const signatures = new Turns({ places: new Places(WAITING), atOnce: SIGNATURES_AT_ONCE });
  const waitingForKeys = new Places(WAITING);

  /** The payload of the token, once a key of the issuer fits its signature. */
  async function verifiedPayload(
    token: string,
    header: JwtHeader,
    { address }: { address: string },
  ): Promise<Uint8Array> {
    const tryWith = async (keys: KeySet | null) =>
      keys === null || !mayFit(keys, header)
        ? null
        : await signatures.run(address, () => verifySignature(token, header, { keys }));
    if (issuerKeys.isStale()) {
      await freshKeys(address).catch((error) => {
        // The previous keys stay in use while the issuer is unreachable.
        if (error instanceof ServiceError) throw error;
      });
    }
    const known = issuerKeys.current();
    const payload = await tryWith(known);
    if (payload !== null) return payload;
    const fetched = await freshKeys(address);
    const later = fetched === known ? null : await tryWith(fetched);
    if (later !== null) return later;
    throw invalidToken("The token is not signed by the issuer that this service trusts");
  }

  async function freshKeys(address: string): Promise<KeySet> {
    const leave = waitingForKeys.take(address);
    try {
      return await issuerKeys.refresh();
    } finally {
      leave();
    }
  }

  return {
    async verify(token, address) {
      const header = readJwtHeader(token);
      const payload = await verifiedPayload(token, header, { address })
        .catch((error) => {
          throw error instanceof ServiceError ? error : issuerUnavailable(error);
        });
      const claims = readJsonPart(payload);
      assertAccessToken(header.typ, claims, { tokenTypes });
      return checkClaims(claims, { issuer, audience, scopeClaims, roles, now: Date.now() });
    },
    async warmUp() {
      await issuerKeys.refresh().catch(() => {});
    },
  };
}

/** The issuer is away, or its keys cannot be used. */
function issuerUnavailable(cause: unknown): ServiceError {
  return new ServiceError(
    "issuer_unavailable",
    "The issuer's keys cannot be fetched, so no token can be checked: retry later",
    { cause },
  );
}
