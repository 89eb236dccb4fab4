/**
 * The kinds of setting that name a place on the web: URLs, the beginnings of paths, origins. What reads one
 * way to a person and another way to a browser or a proxy is refused.
 *
 * @module
 */
import { type Fail, partsOf, type SettingKind } from "./setting_kind.ts";

/** A URL that tokens are verified with: what others on the network could change is refused. */
export function issuerUrl(): SettingKind<string> {
  return {
    range: "an `https` URL, or `http` on this machine",
    read(text, fail) {
      const url = URL.parse(text);
      if (url === null || !["https:", "http:"].includes(url.protocol)) {
        fail('expected a URL, such as "https://login.example.com"');
      } else if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
        fail("only https is safe beyond this machine");
      } else if (/[?#]/.test(text) || url.username !== "" || url.password !== "") {
        fail("an issuer has no user, no query and no fragment: remove it");
      }
      return text;
    },
  };
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The beginning of a URL's path, such as `/weather/v2`, without a slash at the end. */
export function pathPrefix(): SettingKind<string> {
  return {
    range: "segments of letters, digits and `.`, `_`, `~`, `-`, each after a `/`",
    read(text, fail) {
      if (text !== "") checkPrefix(text, { fail, example: "/weather" });
      return text;
    },
  };
}

/** The address that clients use, without a slash at the end. */
export function publicUrl(): SettingKind<string> {
  const example = "https://api.example.com/weather";
  return {
    range: "an `http` or `https` URL without query and fragment; its path like `BASE_PATH`",
    read(text, fail) {
      const [, origin = "", path = ""] = /^([a-z]+:\/\/[^/?#]*)(.*)$/is.exec(text) ?? [];
      const url = URL.parse(origin);
      if (url === null || !["https:", "http:"].includes(url.protocol) || /[\s\\]/.test(text)) {
        fail(`expected a URL, such as "${example}"`);
      } else if (origin.includes("@")) {
        fail("a user or a password is not for clients to see: remove it");
      } else if (/[?#]/.test(path)) {
        fail("a query or a fragment cannot stand before a path: remove it");
      } else if (path !== "") {
        checkPrefix(path, { fail, example });
      }
      return `${url?.origin}${path}`;
    },
  };
}

/** Refuses what a proxy, a browser and a router would not all take for the same path. */
function checkPrefix(path: string, { fail, example }: { fail: Fail; example: string }): void {
  const segments = path.split("/").slice(1);
  if (!path.startsWith("/")) fail(`expected a path that begins with a slash, such as "${example}"`);
  else if (path.endsWith("/")) fail(`a slash at the end is too much: write it as "${example}"`);
  else if (segments.includes("")) fail("two slashes follow each other: remove one");
  else if (segments.some((segment) => segment === "." || segment === "..")) {
    fail('"." and ".." lead elsewhere: write the path that they lead to');
  } else if (!segments.every((segment) => /^[\w.~-]+$/.test(segment))) {
    fail(`a segment has only letters, digits and "._~-", as in "${example}"`);
  }
}

/** An origin of web pages, as a browser writes it in `Origin`, or a rule for such origins. */
export type AllowedOrigin =
  | { readonly kind: "any" }
  | { readonly kind: "exact"; readonly origin: string }
  /** Those with one label, such as `app`, between the two parts: `https://` and `.example.com`. */
  | { readonly kind: "subdomains"; readonly start: string; readonly end: string };

/** Origins, patterns of sub-domains, or `*` alone. */
export function origins(): SettingKind<readonly AllowedOrigin[]> {
  return {
    range: "origins, comma-separated; `*` as the first label for any sub-domain, or alone for all",
    read(text, fail) {
      const parts = partsOf(text);
      if (parts.length > 1 && parts.includes("*")) {
        fail('"*" is every origin: keep it alone, or remove it');
      }
      return parts.map((part) => readOrigin(part, fail));
    },
  };
}

function readOrigin(part: string, fail: Fail): AllowedOrigin {
  if (part === "*") return { kind: "any" };
  const [, start = "", end = ""] = /^(https?:\/\/)\*(\.[^*]*)$/.exec(part) ?? [];
  const isPattern = start !== "";
  // For a pattern, one of the origins that it matches.
  const sample = isPattern ? `${start}app${end}` : part;
  const url = URL.parse(sample);
  if (part === "null") {
    fail('sandboxed pages and local files of anybody send "null": name an origin', part);
  } else if (!isPattern && part.includes("*")) {
    fail('"*" stands only for the whole first label, as in "https://*.example.com"', part);
  } else if (url === null || !["https:", "http:"].includes(url.protocol)) {
    fail('expected an origin, such as "https://app.example.com"', part);
  } else if (isPattern && !/^\.[^.]+\.[^.]/.test(end)) {
    fail('"*" would stand for strangers: name their domain, as in "https://*.example.com"', part);
  } else if (url.origin !== sample) {
    const written = isPattern ? url.origin.replace("//app", "//*") : url.origin;
    fail(`browsers write it as "${written}"`, part);
  }
  return isPattern ? { kind: "subdomains", start, end } : { kind: "exact", origin: part };
}
