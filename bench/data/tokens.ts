/**
 * The issuer of the benchmark: a key set in a file, and access tokens (RFC 9068, RS256) for several users.
 *
 * @module
 */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { TENANT } from "../work/tenant.ts";

export const ISSUER = "https://issuer.example";
export const AUDIENCE = "urn:cqlgate:bench";

const USERS = 64;
const SCOPES = "stations:read observations:read observations:write";
const KEY_ID = "bench";

export interface Issued {
  readonly keySetFile: string;
  /** A token on each line. */
  readonly tokensFile: string;
  readonly tokens: readonly string[];
}

export async function issueTokens(folder: string): Promise<Issued> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key = { ...await exportJWK(publicKey), kid: KEY_ID, alg: "RS256", use: "sig" };
  const tokens = await Promise.all(
    Array.from(
      { length: USERS },
      (_, user) =>
        new SignJWT({ scope: SCOPES, tenant: TENANT, client_id: "bench" })
          .setProtectedHeader({ alg: "RS256", kid: KEY_ID, typ: "at+jwt" })
          .setIssuer(ISSUER)
          .setAudience(AUDIENCE)
          .setSubject(`user-${user}`)
          .setJti(crypto.randomUUID())
          .setIssuedAt()
          .setExpirationTime("1d")
          .sign(privateKey),
    ),
  );
  const [keySetFile, tokensFile] = [`${folder}/keys.json`, `${folder}/tokens`];
  await Deno.writeTextFile(keySetFile, JSON.stringify({ keys: [key] }));
  await Deno.writeTextFile(tokensFile, `${tokens.join("\n")}\n`);
  return { keySetFile, tokensFile, tokens };
}
