/**
 * Fetches the keys of an issuer: its metadata (OpenID Connect Discovery 1.0, section 4), then the key set
 * that they point to (RFC 7517, section 5).
 *
 * Security: anybody who can change these answers can sign tokens. So they must come over TLS or from this
 * machine, redirects are not followed, and the metadata must name the configured issuer. Both answers are
 * bounded in size and in time.
 *
 * @module
 */
import { type KeySet, readKeySet } from "../jwt/verify_signature.ts";

/** For both answers together. */
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Rejects if it cannot get the keys; the error is for the operator. */
export async function fetchKeys(issuer: string): Promise<KeySet> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const metadata = await fetchJson(url, signal);
  if (metadata.issuer !== issuer) {
    throw new Error(
      `Cannot trust the metadata at "${url}": it names the issuer "${metadata.issuer}", ` +
        `the service trusts "${issuer}"`,
    );
  }
  const keysUrl = URL.parse(String(metadata.jwks_uri));
  if (keysUrl === null || !isSafe(keysUrl, issuer)) {
    throw new Error(
      `Cannot trust the keys at "${metadata.jwks_uri}": "jwks_uri" in "${url}" is not an https URL`,
    );
  }
  return readKeySet(await fetchJson(keysUrl.href, signal));
}

/** Whether nobody on the network can change the answer. */
function isSafe({ protocol, hostname }: URL, issuer: string): boolean {
  if (protocol === "https:") return true;
  return protocol === "http:" && LOOPBACK.test(hostname) && issuer.startsWith("http:");
}

async function fetchJson(url: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    signal,
    redirect: "manual",
    headers: { accept: "application/json, application/jwk-set+json" },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`Cannot fetch "${url}": it answers ${response.status}`);
  }
  const json: unknown = JSON.parse(await readText(response, url));
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    return json as Record<string, unknown>;
  }
  throw new Error(`Cannot read "${url}": it is not a JSON object`);
}

/** The body as text. It is read piece by piece, so that it never takes more than its limit. */
async function readText(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let bytes = 0;
  let text = "";
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw new Error(`Cannot read "${url}": it has more than ${MAX_BYTES} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
