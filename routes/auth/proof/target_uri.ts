/**
 * Whether a proof is for the URL of a request (RFC 9449, section 4.3): without query and fragment, and where
 * two spellings mean the same (RFC 3986, sections 6.2.2 and 6.2.3), the same.
 *
 * @module
 */

/** The characters of a URI, except those that URL parsers would ignore or replace. */
const URI = /^https?:\/\/(?!\/)[!#-;=?-[\]_a-z~]+$/i;
const UNRESERVED = /[\w.~-]/;

/** @param actual the URL that the client sent the request to */
export function isSameTarget(claimed: string, actual: string): boolean {
  const normal = normalise(claimed);
  return normal !== null && normal === normalise(actual);
}

/** Null if the text is not the URL of a service. */
function normalise(text: string): string | null {
  const url = URI.test(text) ? URL.parse(text) : null;
  if (url === null || url.username !== "" || url.password !== "") return null;
  return url.origin + url.pathname.replace(/%([\da-f]{2})/gi, (escape, digits) => {
    const character = String.fromCharCode(parseInt(digits, 16));
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
}
