/**
 * JWT → identity: where access tokens are checked (RFC 9068, section 4). First the header, then the
 * signature with the keys of the issuer, then what kind of token it is, then its claims.
 *
 * Checking a signature takes time, and fetching keys takes as long as the issuer likes. Both are work for
 * callers who are not known yet: each has a bounded queue of its own, so that a flood of either holds up
 * neither the other nor the requests of those who are known.
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
import { type JwtHeader, readJwtHeader } from "./jwt_header.ts";
import { assertAccessToken, normaliseType } from "./token_kind.ts";
import { type KeySet, mayFit, verifySignature } from "./verify_signature.ts";

// As many as keep a few cores busy: more would only take turns on them.
const SIGNATURES_AT_ONCE = 4;
/** Tokens that wait for their turn, and tokens that wait for keys; of one address half of them at most. */
const WAITING = { max: 1024, maxPerCaller: 512 };

/** Verifies the tokens of one issuer. */
export interface JwtVerifier {
  /**
   * @param address whom the token came from, as long as that is all that is known
   * @throws {ServiceError} `invalid_token` for a token that is not to be trusted, `issuer_unavailable` where the
   * issuer's keys cannot be had, `too_busy` and `too_many_in_flight` where too many tokens wait already
   */
  verify(token: string, address: string): Promise<Identity>;
  /** Fetches the issuer's keys ahead of the first token. Never rejects. */
  warmUp(): Promise<void>;
}

export interface JwtVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Values of `typ` that mark access tokens, beside those that are known. */
  readonly tokenTypes: readonly string[];
  readonly observe: Observe;
}

export function createJwtVerifier(options: JwtVerifierOptions): JwtVerifier {
  const { issuer, audience, observe } = options;
  const tokenTypes = new Set(options.tokenTypes.map(normaliseType));
  const issuerKeys = createIssuerKeys({ issuer, observe });
  const signatures = new Turns({ places: new Places(WAITING), atOnce: SIGNATURES_AT_ONCE });
  const waitingForKeys = new Places(WAITING);

  /** The payload of a token that is signed with a key of the issuer. */
  async function verifiedPayload(
    token: string,
    header: JwtHeader,
    { address }: { address: string },
  ): Promise<Uint8Array> {
    const tryWith = async (keys: KeySet | null) =>
      keys === null || !mayFit(keys, header)
        ? null
        : await signatures.run(address, () => verifySignature(token, header, { keys }));
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
      return checkClaims(claims, { issuer, audience, now: Date.now() });
    },
    async warmUp() {
      await issuerKeys.refresh().catch(() => {});
    },
  };
}

/** The issuer is away, or has keys that cannot be used. */
function issuerUnavailable(cause: unknown): ServiceError {
  return new ServiceError(
    "issuer_unavailable",
    "The keys that tokens are checked with cannot be fetched from the issuer: repeat the request later",
    { cause },
  );
}
