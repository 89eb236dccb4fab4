/**
 * The forms that `format=` can ask of a text. Each is checked in linear time, and says in its table
 * which specification it follows. The names are JSON Schema's where it has one.
 *
 * @module
 */
import type { TextFormat } from "../../catalog/tags/input/options/format_option.ts";
import { parseStoredIpAddress } from "../parts/ip_address.ts";

export interface TextForm {
  /** As in 'Expected an e-mail address'. */
  readonly phrase: string;
  readonly example: string;
  /** For a form that JSON Schema has no name for; null for the others. */
  readonly pattern: string | null;
  matches(text: string): boolean;
}

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/;
const UUID = /^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$/;
const E164 = "^\\+[1-9][0-9]{1,14}$";
const BCP47 = "^(?:(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?" +
  "(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*" +
  "(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?" +
  "|[Xx](?:-[A-Za-z0-9]{1,8})+)$";
/** No tag is longer: a text beyond this is not examined. */
const MAX_TAG = 100;

export const TEXT_FORMS: Readonly<Record<TextFormat, TextForm>> = {
  /** RFC 5321, section 4.1.2: a Dot-string at a domain, without quotes and addresses in brackets. */
  email: {
    phrase: "an e-mail address",
    example: "ada@example.org",
    pattern: null,
    matches: isEmail,
  },
  /** RFC 3986, section 3: with a scheme, in ASCII. */
  uri: { phrase: "a URI", example: "https://example.org/", pattern: null, matches: isUri },
  /** RFC 1123, section 2.1. */
  hostname: {
    phrase: "the name of a host",
    example: "example.org",
    pattern: null,
    matches: isHostname,
  },
  /** RFC 2673, section 3.2: four numbers, without leading zeros. */
  ipv4: {
    phrase: "an IPv4 address",
    example: "192.0.2.1",
    pattern: null,
    matches: (text) => !text.includes(":") && parseStoredIpAddress(text) !== undefined,
  },
  /** RFC 4291, section 2.2; without a zone. */
  ipv6: {
    phrase: "an IPv6 address",
    example: "2001:db8::1",
    pattern: null,
    matches: isIpv6,
  },
  /** RFC 9562, section 4; in any case. */
  uuid: {
    phrase: "a UUID",
    example: "f81d4fae-7dec-41d0-a765-00a0c91e6bf6",
    pattern: null,
    matches: (text) => UUID.test(text),
  },
  /** ITU-T E.164: a plus sign and at most fifteen digits. */
  e164: {
    phrase: "a telephone number in the form of E.164",
    example: "+442083661177",
    pattern: E164,
    matches: compiled(E164, 16),
  },
  /** RFC 5646, section 2.1, without the irregular tags that it keeps for old times' sake. */
  bcp47: {
    phrase: "a language tag",
    example: "en-GB",
    pattern: BCP47,
    matches: compiled(BCP47, MAX_TAG),
  },
};

function compiled(pattern: string, maxLength: number): (text: string) => boolean {
  const expression = new RegExp(pattern);
  return (text) => text.length <= maxLength && expression.test(text);
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64 || text.length > 254) return false;
  return text.slice(0, at).split(".").every((atom) => ATOM.test(atom)) &&
    isHostname(text.slice(at + 1));
}

function isHostname(text: string): boolean {
  if (text.length > 253) return false;
  const labels = text.split(".");
  // What ends in a number is an address, or meant to be one.
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1)!);
}

function isIpv6(text: string): boolean {
  return text.includes(":") && parseStoredIpAddress(text) !== undefined;
}

function isUri(text: string): boolean {
  if (!/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/.test(text)) return false;
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return false;
  const colon = text.indexOf(":");
  if (colon < 1 || !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(text.slice(0, colon))) return false;
  const rest = text.slice(colon + 1);
  const fragmentAt = rest.indexOf("#");
  if (fragmentAt !== -1 && rest.includes("#", fragmentAt + 1)) return false;
  if (!rest.startsWith("//")) return !/[[\]]/.test(rest);
  const length = rest.slice(2).search(/[/?#]/);
  const authority = length === -1 ? rest.slice(2) : rest.slice(2, 2 + length);
  return isAuthority(authority) && !/[[\]]/.test(rest.slice(2 + authority.length));
}

/** RFC 3986, section 3.2. */
function isAuthority(authority: string): boolean {
  const hostAt = authority.lastIndexOf("@") + 1;
  if (/[[\]@]/.test(authority.slice(0, Math.max(0, hostAt - 1)))) return false;
  const host = authority.slice(hostAt);
  const literal = /^\[([^[\]]*)\](?::\d*)?$/.exec(host);
  return literal === null ? /^[^[\]:]*(?::\d*)?$/.test(host) : isIpv6(literal[1]!);
}
