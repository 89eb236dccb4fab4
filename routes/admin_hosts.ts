/**
 * By which names the admin port may be called. It asks for no token, so a web page could read it through the
 * browser of an operator: its own name first leads to its server, and then to the admin port (DNS rebinding).
 * Such a page needs a name that somebody can register. So addresses are fine, and so are names that nobody can
 * register: without a dot, or in a domain that is reserved for a machine or a network. Other names have to be
 * allowed.
 *
 * @module
 */
import { parseIpAddress } from "../codec/parts/ip_address.ts";

/** RFC 6761 and 6762, ICANN's `internal`, and how Kubernetes calls its services, here and in other namespaces. */
const PRIVATE_DOMAINS = [".localhost", ".local", ".internal", ".svc"];

/**
 * @param allowed further names
 * @returns whether a request may come by the host of its URL
 */
export function createAdminHosts(allowed: readonly string[]): (url: URL) => boolean {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  return function isAllowed({ hostname }) {
    if (parseIpAddress(hostname.replace(/^\[(.*)\]$/, "$1")) !== undefined) return true;
    const name = hostname.replace(/\.$/, "");
    return !name.includes(".") || names.has(name) ||
      PRIVATE_DOMAINS.some((domain) => name.endsWith(domain));
  };
}
