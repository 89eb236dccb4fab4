/**
 * The kinds of value that a setting can have: each reads text, says what it expects if the text does not
 * fit, and describes its range for the documentation. A new kind is a function. Words and numbers are here,
 * other kinds beside it.
 *
 * @module
 */
import { scopeMistake } from "../../../catalog/tags/parts/scopes.ts";
import { type ClaimPath, parseClaimPath } from "../../../catalog/text/claim_path.ts";

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
  /** The value. If it calls `fail`, its result is never used. */
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

/** A number; null for `off` or zero. */
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
      if (scopeMistake(text) !== null) {
        fail("expected a single scope: printable ASCII without spaces, quotes and backslashes");
      }
      return text;
    },
  };
}

/** Scopes with spaces between them, as OAuth writes them. */
export function scopeNames(): SettingKind<string> {
  return {
    range: "scopes",
    read(text, fail) {
      const odd = text.split(/\s+/).find((scope) => scopeMistake(scope) !== null);
      if (odd !== undefined) fail("expected scopes with spaces between them", odd);
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
export function claimPathList(): SettingKind<readonly ClaimPath[]> {
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

/** The elements of a comma-separated list, without empty ones. */
export function partsOf(text: string): string[] {
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}
