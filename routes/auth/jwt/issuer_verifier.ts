/**
 * Checks the tokens that name one issuer, only with its keys and by its rules.
 *
 * Checking a signature takes time, and fetching keys takes as long as the issuer needs. Each kind of work has a
 * bounded queue, and each issuer has a separate queue for its keys. So a flood of unknown tokens delays neither
 * the other kind of work nor known callers, and an issuer that is slow or away does not delay another issuer's
 * tokens.
 *
 * @module
 */
import { ServiceError } from "../../../errors/service_error.ts";
import type { Observe } from "../../../observe/observation.ts";
import type { Identity } from "../../context.ts";
import { Slots } from "../../load/slots.ts";
import type { BoundedTurns } from "../../load/bounded_turns.ts";
import { invalidToken } from "../challenge.ts";
import { createIssuerKeys } from "../issuer/issuer_keys.ts";
import { createKeyFile } from "../issuer/key_file.ts";
import type { TrustedIssuer } from "../issuer/trusted_issuer.ts";
import { WAITING } from "../waiting.ts";
import { checkClaims } from "./check_claims.ts";
import { readJsonPart } from "./json_part.ts";
import { foreignAlgorithm, type JwtHeader } from "./jwt_header.ts";
import { assertAccessToken, normaliseType } from "./token_kind.ts";
import { type KeySet, mayFit, verifySignature } from "./verify_signature.ts";

/** A token whose signature is to be checked. */
export interface UnverifiedToken {
  readonly token: string;
  readonly header: JwtHeader;
}

export interface IssuerVerifier {
  /**
   * @param address the address of the caller, whose token is not trusted yet
   * @throws {ServiceError} `invalid_token`, `issuer_unavailable`, `too_busy` or `too_many_in_flight`
   */
  verify(unverified: UnverifiedToken, address: string): Promise<Identity>;
  /** Fetches the issuer's keys ahead of the first token. Never rejects. */
  warmUp(): Promise<void>;
  /** Stops looking for newer keys. */
  close(): void;
}

export interface IssuerVerifierOptions {
  /** The turns in which signatures are checked; all issuers share them, as they share the processor. */
  readonly signatures: BoundedTurns;
  /** How long the issuer's keys are used without asking for them again. Default: ten minutes. */
  readonly maxKeyAgeMs?: number;
  readonly observe: Observe;
}

export function createIssuerVerifier(
  trusted: TrustedIssuer,
  { signatures, maxKeyAgeMs, observe }: IssuerVerifierOptions,
): IssuerVerifier {
  const tokenTypes = new Set(trusted.tokenTypes.map(normaliseType));
  const { issuer, keyFile } = trusted;
  const issuerKeys = keyFile !== null
    ? createKeyFile({ path: keyFile, issuer, observe })
    : createIssuerKeys({
      issuer,
      observe,
      ...(maxKeyAgeMs === undefined ? {} : { maxAgeMs: maxKeyAgeMs }),
    });
  const waitingForKeys = new Slots(WAITING);

  /** The payload of the token, once a key of the issuer fits its signature. */
  async function verifiedPayload(
    { token, header }: UnverifiedToken,
    address: string,
  ): Promise<Uint8Array> {
    const arrivedAt = performance.now();
    const tryWith = async (keys: KeySet | null) =>
      keys === null || !mayFit(keys, header)
        ? null
        : await signatures.run(address, () => verifySignature(token, header, { keys }));
    if (issuerKeys.isStale()) {
      await whileWaiting(address, () => issuerKeys.refresh()).catch((error) => {
        // The previous keys stay in use while the issuer is unreachable.
        if (error instanceof ServiceError) throw error;
      });
    }
    let tried = issuerKeys.current();
    let payload = await tryWith(tried);
    if (payload !== null) return payload;
    // A fetch that was under way when the token came may have missed its key: it takes one from since then.
    await whileWaiting(address, async () => {
      while (payload === null) {
        const keys = issuerKeys.isSince(arrivedAt)
          ? issuerKeys.current()
          : await issuerKeys.refresh();
        if (keys === tried) break;
        payload = await tryWith(keys);
        tried = keys;
      }
    });
    if (payload !== null) return payload;
    throw invalidToken("The token is not signed by the issuer that it names");
  }

  async function whileWaiting<Result>(
    address: string,
    action: () => Promise<Result>,
  ): Promise<Result> {
    const leave = waitingForKeys.take(address);
    try {
      return await action();
    } finally {
      leave();
    }
  }

  return {
    async verify(unverified, address) {
      const { header } = unverified;
      if (!trusted.algorithms.includes(header.alg)) throw foreignAlgorithm();
      const payload = await verifiedPayload(unverified, address).catch((error) => {
        throw error instanceof ServiceError ? error : issuerUnavailable(error);
      });
      const claims = readJsonPart(payload);
      assertAccessToken(header.typ, claims, { tokenTypes });
      return checkClaims(claims, { ...trusted, now: Date.now() });
    },
    async warmUp() {
      await issuerKeys.refresh().catch(() => {});
    },
    close: () => issuerKeys.close(),
  };
}

/** The issuer is away, or its keys cannot be used. */
function issuerUnavailable(cause: unknown): ServiceError {
  return new ServiceError(
    "issuer_unavailable",
    "The issuer's keys cannot be fetched, so its tokens cannot be checked: retry later",
    { cause },
  );
}
