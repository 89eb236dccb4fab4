/**
 * The kinds of value that a setting can have: each reads text, says what it expects where the text does
 * not fit, and describes its range for the documentation. A new kind is one function here.
 *
 * @module
 */
import { type ClaimPath, parseClaimPath } from "../../catalog/text/claim_path.ts";
import { parseKeySet } from "../../codec/parts/key_set.ts";
import { parseIpAddress } from "../../codec/parts/ip_address.ts";

/**
 * Reports that a setting's text does not fit.
 *
 * @param expectation what is wrong or expected; never the value, which may be a secret
 * @param part the element of a list that it is about; without it the whole text
 */
export type Fail = (expectation: string, part?: string) => void;

/** How the text of a setting becomes a value. */
export interface SettingKind<T> {
  /** The values that it accepts, in Markdown; empty if `meaning` says it all. */
  readonly range: string;
  /** The paths that the process reads because of the text; left out if it reads none. */
  paths?(text: string): readonly string[];
  /** The value. Where it calls `fail`, what it returns is never used. */
  read(text: string, fail: Fail): T;
}

export function text(): SettingKind<string> {
  return { range: "", read: (text) => text };
}

/** Text on one line. */
export function line(): SettingKind<string> {
  return {
    range: "one line",
    read(text, fail) {
      if (/\p{Cc}/u.test(text)) fail("expected one line without control characters");
      return text;
    },
  };
}

/** A path that the process uses itself, later. */
export function path(): SettingKind<string> {
  return { range: "a path", paths: (text) => [text], read: (text) => text };
}

/** The content of the text file that the setting names. */
export function fileContent(): SettingKind<string> {
  return {
    range: "the path of a PEM file",
    paths: (path) => [path],
    read(path, fail) {
      try {
        return Deno.readTextFileSync(path);
      } catch (error) {
        fail(`the file cannot be read: ${error instanceof Error ? error.message : error}`);
        return "";
      }
    },
  };
}

export function integer({ min, max }: { min: number; max: number }): SettingKind<number> {
  return {
    range: `${min} to ${max}`,
    read(text, fail) {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      if (!(value >= min && value <= max)) fail(`expected an integer from ${min} to ${max}`);
      return value;
    },
  };
}

/** A number, or `off`, as which zero counts too: null. */
export function orOff({ range, read }: SettingKind<number>): SettingKind<number | null> {
  return {
    range: `${range}, or \`off\``,
    read: (text, fail) =>
      text.toLowerCase() === "off"
        ? null
        : read(text, (expectation) => fail(`${expectation}, or "off"`)) || null,
  };
}

/** A scope (RFC 6749, section 3.3). */
export function scopeName(): SettingKind<string> {
  return {
    range: "a scope",
    read(text, fail) {
      if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)) {
        fail("expected a single scope: printable ASCII without spaces, quotes and backslashes");
      }
      return text;
    },
  };
}

/** One of a few words, in any case. */
export function choice<const T extends string>(choices: readonly [T, ...T[]]): SettingKind<T> {
  return {
    range: choices.map((choice) => `\`${choice}\``).join(", "),
    read(text, fail) {
      const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
      if (found === undefined) fail(`expected one of ${choices.join(", ")}`);
      return found ?? choices[0];
    },
  };
}

/** An unquoted keyspace name, as Cassandra limits it. */
export function keyspaceName(): SettingKind<string> {
  return {
    range: "up to 48 letters, digits and underscores; case counts",
    read(text, fail) {
      if (!/^\w{1,48}$/.test(text)) fail("expected up to 48 letters, digits and underscores");
      return text;
    },
  };
}

/** Nodes as `host:port`, whose port may be left out. */
export function contactPoints(): SettingKind<readonly string[]> {
  return {
    range: "`host[:port],…`, `[address]:port` for IPv6",
    read: (text, fail) => {
      const points = partsOf(text).map((part) => {
        const match = /^(\[[0-9a-fA-F:.]+\]|[^:\s/]+)(?::(\d+))?$/.exec(part);
        const port = Number(match?.[2] ?? 9042);
        if (!match || port < 1 || port > 65535) {
          fail('expected "host" or "host:port", "[address]:port" for IPv6', part);
        }
        return `${match?.[1]}:${port}`;
      });
      const ports = new Set(points.map((point) => point.slice(point.lastIndexOf(":"))));
      if (ports.size > 1) {
        fail(
          "expected the same port everywhere: all nodes of the cluster are looked for there",
          text,
        );
      }
      return points;
    },
  };
}

/** Data centre to replication factor. */
export function replication(): SettingKind<Readonly<Record<string, number>>> {
  return {
    range: "`dc:factor,…`",
    read: (text, fail) =>
      Object.fromEntries(
        partsOf(text).map((part): [string, number] => {
          const match = /^([\w.-]+):([1-9]\d?)$/.exec(part);
          if (!match) fail('expected "dc:factor", such as "dc1:3"', part);
          return [match?.[1] ?? "", Number(match?.[2])];
        }),
      ),
  };
}

/** Values of `typ` in tokens: media types, which may leave `application/` out. */
export function tokenTypes(): SettingKind<readonly string[]> {
  return {
    range: "media types, comma-separated",
    read: (text, fail) =>
      partsOf(text).map((part) => {
        if (!/^[\w.+-]+(\/[\w.+-]+)?$/.test(part)) {
          fail('expected a media type, such as "application/at+jwt" or "at+jwt"', part);
        }
        return part;
      }),
  };
}

/** Paths of claims, as `@param … in claim:` takes them. */
export function claimPaths(): SettingKind<readonly ClaimPath[]> {
  return {
    range: "paths of claims, comma-separated",
    read: (text, fail) =>
      partsOf(text).map((part) => {
        const path = parseClaimPath(part);
        if (path === null) {
          fail(
            "expected a path such as realm_access.roles, with other names in double quotes",
            part,
          );
        }
        return path ?? [];
      }),
  };
}

/** The scopes that groups stand for, from the JSON file that the setting names. */
export function rolesFile(): SettingKind<ReadonlyMap<string, readonly string[]>> {
  return {
    range: "the path of a JSON file",
    paths: (path) => [path],
    read(path, fail) {
      if (path === "") return new Map();
      const json = readJsonFile(path, fail);
      if (json === undefined) return new Map();
      const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
      const entries = isObject ? Object.entries(json) : [];
      const isList = (scopes: unknown) =>
        Array.isArray(scopes) &&
        scopes.every((scope) =>
          typeof scope === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)
        );
      const odd = entries.find(([, scopes]) => !isList(scopes));
      if (!isObject) fail("the file must contain a JSON object");
      if (odd !== undefined) fail(`the file must have a list of scopes for each group`, odd[0]);
      return new Map(entries as [string, string[]][]);
    },
  };
}

function readJsonFile(path: string, fail: Fail): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    fail(`the file cannot be read: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** The path of a file with public keys, which the process reads again as it changes. */
export function keySetFile(): SettingKind<string> {
  return {
    range: "the path of a JSON file",
    paths: (path) => [path],
    read(path, fail) {
      try {
        parseKeySet(Deno.readTextFileSync(path));
      } catch (error) {
        fail(`the file cannot be used: ${error instanceof Error ? error.message : error}`);
      }
      return path;
    },
  };
}

/** Networks in CIDR notation, or single addresses. */
export function networks(): SettingKind<readonly Network[]> {
  return {
    range: "addresses and networks (CIDR), comma-separated",
    read: (text, fail) =>
      partsOf(text).map((part) => {
        const [, host = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
        const address = parseIpAddress(host);
        const bits = 8 * (address?.length ?? 0);
        const prefixLength = length === undefined ? bits : Number(length);
        if (address === undefined || prefixLength > bits) {
          fail('expected an address or a network, such as "10.0.0.0/8" or "2001:db8::/32"', part);
        }
        return { address: address ?? new Uint8Array(4), prefixLength };
      }),
  };
}

/** IP addresses with a common prefix. */
export interface Network {
  /** Four bytes, or sixteen. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/** Keys of 32 bytes in base64: the current one, and while it is rotated a second. */
export function encryptionKeys(): SettingKind<readonly Uint8Array[]> {
  return {
    range: "one or two keys of 32 bytes in base64, comma-separated",
    read(text, fail) {
      const keys = partsOf(text).map((part) => decodeBase64(part));
      if (keys.some((key) => key?.length !== 32)) {
        fail('expected 32 bytes in base64, as "openssl rand -base64 32" prints them');
      }
      if (keys.length > 2) fail("expected two keys at most, which are enough to rotate");
      return keys.filter((key) => key !== null);
    },
  };
}

/** 32 bytes in base64. */
export function secretBytes(): SettingKind<Uint8Array> {
  return {
    range: "32 bytes in base64",
    read(text, fail) {
      const bytes = decodeBase64(text.trim());
      if (bytes?.length === 32) return bytes;
      fail('expected 32 bytes in base64, as "openssl rand -base64 32" prints them');
      return new Uint8Array(32);
    },
  };
}

/** A secret that values are derived with, and the instant from which on. */
export interface DerivationSecret {
  readonly secret: Uint8Array;
  /** In milliseconds since 1970. */
  readonly since: number;
}

/** Secrets of 32 bytes in base64, the newest first; each but the last with the instant that it begins at. */
export function derivationSecrets(): SettingKind<readonly DerivationSecret[]> {
  return {
    range: "secrets of 32 bytes in base64, comma-separated; `secret@instant` for all but the last",
    read(text, fail) {
      const parts = partsOf(text).map((part) => part.split("@", 2) as [string, string?]);
      const secrets = parts.map(([secret, instant], index) => ({
        secret: decodeBase64(secret),
        since: instant === undefined && index === parts.length - 1
          ? -Infinity
          : INSTANT.test(instant ?? "")
          ? Date.parse(instant!)
          : NaN,
      }));
      if (secrets.some(({ secret }) => secret?.length !== 32)) {
        fail('expected 32 bytes in base64, as "openssl rand -base64 32" prints them');
      } else if (secrets.some(({ since }) => Number.isNaN(since))) {
        fail(
          'expected the instant from which on a newer secret is used, as "@2026-01-31T12:00:00Z"',
        );
      } else if (secrets.some(({ since }, index) => since <= (secrets[index + 1]?.since ?? NaN))) {
        fail("expected the newest secret first");
      }
      return secrets.flatMap(({ secret, since }) => secret === null ? [] : [{ secret, since }]);
    },
  };
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/** The elements of a list with commas, without empty ones. */
export function partsOf(text: string): string[] {
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

function decodeBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
