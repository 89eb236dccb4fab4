/**
 * Addresses as text: an IPv6 address stands in brackets before a port (RFC 3986, section 3.2.2).
 *
 * @module
 */

export interface HostAndPort {
  readonly hostname: string;
  readonly port: number;
}

/** `127.0.0.1:8000`, `[::1]:8000`. */
export function hostPort({ hostname, port }: HostAndPort): string {
  return `${
    hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname
  }:${port}`;
}

/** The URL under which a listening address is reached from its own machine, without a slash at the end. */
export function localUrl(
  { hostname, port, scheme = "http" }: HostAndPort & { readonly scheme?: "http" | "https" },
): string {
  const isEvery = ["0.0.0.0", "::", "[::]"].includes(hostname);
  return `${scheme}://${hostPort({ hostname: isEvery ? "localhost" : hostname, port })}`;
}
