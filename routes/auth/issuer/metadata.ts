/**
 * The metadata of an issuer (OpenID Connect Discovery 1.0, section 4), and the addresses in it.
 *
 * Security: anybody who can change these answers can say who is who. So they must come over TLS or from this
 * machine, and the metadata must name the configured issuer.
 *
 * @module
 */
import { fetchJson } from "./fetch_json.ts";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export interface IssuerMetadata {
  /** Where the metadata are. */
  readonly url: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** Rejects if it cannot get them; the error is for the operator. */
export async function fetchMetadata(issuer: string, signal: AbortSignal): Promise<IssuerMetadata> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const members = await fetchJson(url, signal);
  if (members.issuer !== issuer) {
    throw new Error(
      `Cannot trust the metadata at "${url}": it names the issuer "${members.issuer}", ` +
        `the service trusts "${issuer}"`,
    );
  }
  return { url, members };
}

/**
 * The address that a member of the metadata is.
 *
 * @throws {Error} if others on the network could answer in its place, or it is not there
 */
export function endpointOf(
  { url, members }: IssuerMetadata,
  { member, issuer }: { readonly member: string; readonly issuer: string },
): string {
  const endpoint = URL.parse(String(members[member]));
  if (endpoint === null || !isSafe(endpoint, issuer)) {
    throw new Error(
      `Cannot trust "${members[member]}": "${member}" in "${url}" is not an https URL`,
    );
  }
  return endpoint.href;
}

/** Whether nobody on the network can change the answer. */
function isSafe({ protocol, hostname }: URL, issuer: string): boolean {
  if (protocol === "https:") return true;
  return protocol === "http:" && LOOPBACK.test(hostname) && issuer.startsWith("http:");
}
