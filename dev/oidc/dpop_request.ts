/**
 * What a client sends if its token is bound to a key (RFC 9449): it makes a key, the local provider binds a
 * token to it, and the service gives a nonce for the proof of one request.
 *
 * @module
 */
import * as jose from "jose";
import { createHash } from "node:crypto";
import { fetchToken, type TokenRequest } from "./token_request.ts";

export interface DpopRequest extends Omit<TokenRequest, "proofFor"> {
  readonly method: string;
  /** Where the request goes; below the service's `PUBLIC_URL`. */
  readonly url: string;
}

/**
 * The headers of one request. They are good for half a minute, and for one use.
 *
 * @throws {Error} saying what to do: as {@link fetchToken} does, or where the service takes no proofs
 */
export async function dpopHeaders(request: DpopRequest): Promise<Record<string, string>> {
  const { method, url } = request;
  const { privateKey, publicKey } = await jose.generateKeyPair("ES256");
  const jwk = await jose.exportJWK(publicKey);
  const prove = (claims: jose.JWTPayload) =>
    new jose.SignJWT({ jti: crypto.randomUUID(), ...claims })
      .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk })
      .setIssuedAt()
      .sign(privateKey);

  const token = await fetchToken({
    ...request,
    proofFor: (endpoint) => prove({ htm: "POST", htu: endpoint }),
  });
  const ath = createHash("sha256").update(token).digest("base64url");
  const headersWith = async (claims: jose.JWTPayload) => ({
    Authorization: `DPoP ${token}`,
    DPoP: await prove({ htm: method, htu: url, ath, ...claims }),
  });
  // Without a nonce it is refused before anything is done.
  const response = await fetch(url, { method, headers: await headersWith({}) });
  await response.body?.cancel();
  const nonce = response.headers.get("dpop-nonce");
  if (nonce === null) {
    throw new Error(
      `Cannot get a nonce from "${url}": it answers ${response.status}\n` +
        `Start the service with PUBLIC_URL="${
          new URL(url).origin
        }", and name a route that needs a token.`,
    );
  }
  return await headersWith({ nonce });
}
