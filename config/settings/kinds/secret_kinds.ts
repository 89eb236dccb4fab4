/**
 * Settings that are keys and secrets.
 *
 * @module
 */
import { partsOf, type SettingKind } from "./setting_kind.ts";

/** Keys of 32 bytes in base64: the current one, and while it is rotated a second. */
export function encryptionKeys(): SettingKind<readonly Uint8Array[]> {
  return {
    range: "one or two keys of 32 bytes in base64, comma-separated",
    read(text, fail) {
      const keys = partsOf(text).map((part) => decodeBase64(part));
      if (text !== "" && keys.length === 0 || keys.some((key) => key?.length !== 32)) {
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

/** A secret that values are derived with, and the instant from which it is used. */
export interface DerivationSecret {
  readonly secret: Uint8Array;
  /** In milliseconds since 1970. */
  readonly since: number;
}

/** Secrets of 32 bytes in base64, the newest first; each but the last with the instant from which it is used. */
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
      if (
        text !== "" && secrets.length === 0 || secrets.some(({ secret }) => secret?.length !== 32)
      ) {
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

function decodeBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
