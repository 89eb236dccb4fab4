/**
 * The keys of the configured issuer: discovered (OpenID Connect Discovery 1.0) and fetched (RFC 7517)
 * when first needed, then kept. They are renewed in the background, and the old ones serve while the
 * issuer is away; a token that names a key that is not among them makes jose fetch at once.
 *
 * @module
 */
import * as jose from "jose";

const FETCH_TIMEOUT_MS = 5_000;
const MAX_AGE_MS = 600_000;
// After a failure, so that an issuer that is away is not asked by every request.
const RETRY_MS = 2_000;

export interface IssuerKeys {
  /** What jose verifies with. Rejects where there are no keys yet and they cannot be had now. */
  get(): Promise<jose.JWTVerifyGetKey>;
}

export function createIssuerKeys(issuer: string): IssuerKeys {
  let keys: ReturnType<typeof jose.createRemoteJWKSet> | null = null;
  let discovery: Promise<jose.JWTVerifyGetKey> | null = null;
  let renewAt = 0;

  function renew(now: number): void {
    renewAt = now + RETRY_MS;
    keys?.reload().then(() => renewAt = Date.now() + MAX_AGE_MS).catch(() => {});
  }

  async function begin(): Promise<jose.JWTVerifyGetKey> {
    const found = await discover(issuer);
    await found.reload();
    renewAt = Date.now() + MAX_AGE_MS;
    return keys = found;
  }

  return {
    get() {
      const now = Date.now();
      if (keys !== null) {
        if (now >= renewAt) renew(now);
        return Promise.resolve(keys);
      }
      // A failed attempt is the answer for a while.
      if (discovery === null || now >= renewAt) {
        renewAt = now + RETRY_MS;
        discovery = begin();
      }
      return discovery;
    },
  };
}

async function discover(issuer: string): Promise<ReturnType<typeof jose.createRemoteJWKSet>> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`Cannot discover the issuer: "${url}" answers ${response.status}`);
  }
  const metadata: { issuer?: unknown; jwks_uri?: unknown } = await response.json();
  if (metadata.issuer !== issuer) {
    throw new Error(
      `Cannot trust the issuer: "${url}" speaks for "${metadata.issuer}", OIDC_ISSUER is "${issuer}"`,
    );
  }
  return jose.createRemoteJWKSet(new URL(String(metadata.jwks_uri)), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    // How soon after the last fetch a token with an unknown key may make jose fetch again.
    cooldownDuration: RETRY_MS,
    // They are renewed here instead: jose would have every request wait for an issuer that is away.
    cacheMaxAge: Infinity,
  });
}
