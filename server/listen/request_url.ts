/**
 * Whether the URL of a request can be used. The runtime joins it from the request line and the header
 * `Host` (RFC 9112, section 3.3) and checks neither, while the router looks for the path in the text. So
 * the text must begin with a scheme, a host and a slash, or the router and `new URL()` would
 * find different paths, and `new URL()` must accept it.
 *
 * @module
 */

/** RFC 9110, section 7.2. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])?(?::\d{1,5})?$/i;
/** Without user information, and with nothing but a slash after the host. */
const ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?\//i;

/** What is wrong with the URL, for the caller; null if it can be used. */
export function mistakeInUrl({ headers, url }: Request): string | null {
  if (!HOST.test(headers.get("host") ?? "")) {
    return 'The header "Host" is not a host and a port';
  }
  if (ORIGIN.test(url) && URL.canParse(url)) return null;
  return 'The request line and the header "Host" do not make a valid HTTP URL';
}
