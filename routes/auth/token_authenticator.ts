/**
 * Token → identity: from the cache if it was verified a moment ago, else by `jwt/verify_jwt.ts`. Requests
 * that send the same token at the same time share one verification.
 *
 * @module
 */
import type { Identity } from "../context.ts";
import { digestOf, IdentityCache } from "./identity_cache.ts";
import { createJwtVerifier, type JwtVerifier, type JwtVerifierOptions } from "./jwt/verify_jwt.ts";

export interface TokenAuthenticator extends Pick<JwtVerifier, "warmUp" | "close"> {
  /**
   * Rejects as {@link JwtVerifier} does.
   *
   * @param addressOf gives the address of the caller; asked only for a token that is not in the cache
   */
  authenticate(token: string, addressOf: () => string): Promise<Identity>;
}

export function createTokenAuthenticator(options: JwtVerifierOptions): TokenAuthenticator {
  const cache = new IdentityCache();
  const underWay = new Map<string, Promise<Identity>>();
  const verifier = createJwtVerifier(options);

  async function verify(token: string, digest: string, { address }: { address: string }) {
    try {
      const identity = await verifier.verify(token, address);
      cache.set(digest, identity, Date.now());
      return identity;
    } finally {
      underWay.delete(digest);
    }
  }

  return {
    async authenticate(token, addressOf) {
      const digest = digestOf(token);
      const known = cache.get(digest, Date.now());
      if (known !== null) return known;
      const begun = underWay.get(digest) ?? verify(token, digest, { address: addressOf() });
      underWay.set(digest, begun);
      return await begun;
    },
    warmUp: () => verifier.warmUp(),
    close: () => verifier.close(),
  };
}
