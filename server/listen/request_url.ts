/**
 * Whether the URL of a request can be used. The runtime joins it from the request line and the header
 * `Host` (RFC 9112, section 3.3) and checks neither, while the router looks for the path in the text. So
 * the text must begin with a scheme, a host and a slash, or the router and `new URL()` would
 * find different paths, and `new URL()` must accept it. Nearly all requests of a process come by the same
 * origin, so the last that was valid is compared first: what follows it cannot make a URL invalid.
 *
 * A request without `Host` is taken. RFC 9112, section 3.2, refuses it over HTTP/1.1, but the runtime does not
 * tell the version, and the header is not there over HTTP/1.0, as health checks use it, and over HTTP/2 either.
 *
 * @module
 */

/** RFC 9110, section 7.2. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])?(?::\d{1,5})?$/i;
/** Without user information, and with nothing but a slash after the host. */
const ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?\//i;

/** Says what is wrong with a URL, for the caller; null if it can be used. */
export type UrlCheck = (request: Pick<Request, "headers" | "url">) => string | null;

export function createUrlCheck(): UrlCheck {
  let lastHost: string | null = null;
  /** With the slash after it. */
  let lastOrigin: string | null = null;
  return function mistakeInUrl({ headers, url }) {
    const host = headers.get("host") ?? "";
    if (host !== lastHost) {
      if (!HOST.test(host)) return 'The header "Host" is not a host and a port';
      lastHost = host;
    }
    if (lastOrigin !== null && url.startsWith(lastOrigin)) return null;
    const [origin] = ORIGIN.exec(url) ?? [];
    if (origin === undefined || !URL.canParse(url)) {
      return 'The request line and the header "Host" do not make a valid HTTP URL';
    }
    lastOrigin = origin;
    return null;
  };
}
