/**
 * The parameters in a URL. Parsing the whole URL for them would cost every request more than its router does.
 *
 * @module
 */

/** Of most requests. Nobody changes them. */
const NONE = new URLSearchParams();

/** @param url that `new URL()` accepts */
export function queryOf(url: string): URLSearchParams {
  const start = url.indexOf("?") + 1;
  if (start === 0) return NONE;
  const end = url.indexOf("#");
  // What looks like a query may be in the fragment.
  if (end === -1) return new URLSearchParams(url.slice(start));
  return new URLSearchParams(end < start ? "" : url.slice(start, end));
}
