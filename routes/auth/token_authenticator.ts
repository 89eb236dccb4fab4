/**
 * Token → identity: from a cache if it was verified a moment ago, else by `jwt/verify_jwt.ts` or, for an
 * issuer that is asked about its tokens, by `introspection/introspecting_verifier.ts`. Requests that send the
 * same token at the same time share one verification.
 *
 * @module
 */
import type { TokenCacheReading } from "../../observe/metrics/readings.ts";
import type { Identity } from "../context.ts";
import { IdentityCache } from "./identity_cache.ts";
import { TransientMap } from "../../runtime/transient_map.ts";
import { createIntrospectingVerifier } from "./introspection/introspecting_verifier.ts";
import { claimsIssuer, isJwt } from "./jwt/named_issuer.ts";
import { createJwtVerifier, type JwtVerifier, type JwtVerifierOptions } from "./jwt/verify_jwt.ts";

/** A token may be revoked meanwhile, and its issuer would have said so. */
const INTROSPECTION_AGE_MS = 10_000;

export interface TokenAuthenticator extends Pick<JwtVerifier, "warmUp" | "close"> {
  /** The identity of a token that was verified a moment ago; null for any other token. */
  recall(token: string): Identity | null;
  /**
   * Rejects as {@link JwtVerifier} does.
   *
   * @param addressOf gives the address of the caller; asked only for a token that is not in a cache
   */
  authenticate(token: string, addressOf: () => string): Promise<Identity>;
  /** The state of the cache of verified tokens, for the metrics. */
  cacheReading(): TokenCacheReading;
}

/** What tokens of some kind are verified with. */
interface Kind {
  readonly verifier: Pick<JwtVerifier, "verify" | "warmUp">;
  readonly cache: IdentityCache;
  accepts(token: string): boolean;
}

/** @param options at most one issuer has `introspection`: an opaque token does not say whom to ask */
export function createTokenAuthenticator(options: JwtVerifierOptions): TokenAuthenticator {
  const { issuers, observe } = options;
  const verifier = createJwtVerifier({
    ...options,
    issuers: issuers.filter(({ introspection }) => introspection === null),
  });
  const jwts: Kind = { verifier, cache: new IdentityCache(), accepts: () => true };
  const opaque = issuers.flatMap((trusted): Kind[] => {
    const { issuer, introspection: client } = trusted;
    return client === null ? [] : [{
      verifier: createIntrospectingVerifier(trusted, { client, observe }),
      cache: new IdentityCache({ maxAgeMs: INTROSPECTION_AGE_MS }),
      accepts: (token) => !isJwt(token) || claimsIssuer(token, issuer),
    }];
  });
  if (opaque.length > 1) {
    throw new TypeError('Cannot verify tokens: more than one issuer has "introspection"');
  }
  const kinds: readonly Kind[] = [...opaque, jwts];
  const underWay = new TransientMap<string, Promise<Identity>>();
  const lookups = { hits: 0, misses: 0, shared: 0 };

  async function verify(token: string, { address }: { address: string }) {
    const { verifier, cache } = kinds.find(({ accepts }) => accepts(token))!;
    const identity = await verifier.verify(token, address);
    cache.set(token, identity, Date.now());
    return identity;
  }

  /** Verifies a token once for all who send it meanwhile. */
  function share(token: string, { address }: { address: string }) {
    const verifying = verify(token, { address });
    underWay.set(token, verifying);
    // After it is set, whatever fails at once.
    const forget = () => void underWay.delete(token);
    verifying.then(forget, forget);
    return verifying;
  }

  function recall(token: string): Identity | null {
    for (const { cache } of kinds) {
      const known = cache.get(token, Date.now());
      if (known === null) continue;
      lookups.hits++;
      return known;
    }
    return null;
  }

  return {
    recall,
    async authenticate(token, addressOf) {
      const known = recall(token);
      if (known !== null) return known;
      const verifying = underWay.get(token);
      lookups[verifying === undefined ? "misses" : "shared"]++;
      return await (verifying ?? share(token, { address: addressOf() }));
    },
    cacheReading() {
      const sizes = kinds.map(({ cache }) => cache.size);
      return {
        ...lookups,
        entries: sizes.reduce((sum, { entries }) => sum + entries, 0),
        bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },
    async warmUp() {
      await Promise.all(kinds.map(({ verifier }) => verifier.warmUp()));
    },
    close: () => verifier.close(),
  };
}
