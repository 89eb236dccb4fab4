/**
 * A way round a mistake of V8 15's `JSON.parse`: where an earlier object had a key that ends in a
 * backslash, such as `a\`, a key of another object in the same place whose source begins with the same
 * characters, such as `"a\n"` or `"a\""`, is read as `a\`. Texts with escapes in their keys are rare;
 * they are parsed here with another character in the place of the backslash.
 *
 * @module
 */
import { isJsonObject } from "./json_object.ts";

/** What an escape stands for that would mean something where no backslash is before it. */
const CHARACTERS: ReadonlyMap<string, string> = new Map([["Q", '"'], ["B", "\\"]]);
const LETTERS: ReadonlyMap<string, string> = new Map([['"', "Q"], ["\\", "B"]]);

const STRING_BEFORE_COLON = /"((?:[^"\\]|\\.)*)"\s*:/gs;
const ESCAPE = /\\(u[0-9a-fA-F]{4}|.)/gs;

/** Whether a key of the JSON text is written with an escape. */
export function hasEscapedKey(text: string): boolean {
  if (!text.includes("\\")) return false;
  return text.matchAll(STRING_BEFORE_COLON).some(([, key]) => key!.includes("\\"));
}

/**
 * Parses a text that `JSON.parse` accepts, with keys as they are written.
 *
 * @param parse reads JSON, as `JSON.parse` does
 */
export function parseEscapedKeys(text: string, parse: (json: string) => unknown): unknown {
  const stand = characterNotIn(text);
  const plain = text.replaceAll(ESCAPE, (_, code) => `${stand}${LETTERS.get(code) ?? code}`);
  const restore = (part: string): string => {
    if (!part.includes(stand)) return part;
    return part.replaceAll(
      new RegExp(`${stand}(u.{4}|.)`, "gs"),
      (_, code) => CHARACTERS.get(code) ?? JSON.parse(`"\\${code}"`),
    );
  };
  return restoreAll(parse(plain), restore);
}

function restoreAll(value: unknown, restore: (part: string) => string): unknown {
  if (typeof value === "string") return restore(value);
  if (Array.isArray(value)) return value.map((member) => restoreAll(member, restore));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [restore(key), restoreAll(member, restore)]),
  );
}

/** One of Unicode's private characters. */
function characterNotIn(text: string): string {
  for (let code = 0xe000;; code++) {
    const character = String.fromCharCode(code);
    if (!text.includes(character)) return character;
  }
}
