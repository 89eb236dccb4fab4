/**
 * Fetches the keys of an issuer: its metadata, then the key set that they point to (RFC 7517, section 5).
 * Both answers together are bounded in time.
 *
 * @module
 */
import { type KeySet, readKeySet } from "../jwt/verify_signature.ts";
import { fetchJson } from "./fetch_json.ts";
import { endpointOf, fetchMetadata } from "./metadata.ts";

const TIMEOUT_MS = 5_000;

/** Rejects if it cannot get the keys; the error is for the operator. */
export async function fetchKeys(issuer: string): Promise<KeySet> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const metadata = await fetchMetadata(issuer, signal);
  const url = endpointOf(metadata, { member: "jwks_uri", issuer });
  return readKeySet(await fetchJson(url, signal));
}
