/**
 * An event as a line: JSON in ASCII. Whatever a value contains, it can neither begin a line, nor command
 * the terminal that shows it, nor be read differently by two readers.
 *
 * @module
 */

/** Control characters that JSON allows in strings, and everything beyond ASCII. */
// deno-lint-ignore no-control-regex
const NOT_PLAIN = /[^\x00-\x7e]/g;

/** The bytes of the event with the line feed that ends it. */
export function eventLine(event: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${plain(JSON.stringify(event))}\n`);
}

/** Outside strings, JSON is ASCII: every other character stands inside one, where an escape means the same. */
function plain(json: string): string {
  return json.replace(
    NOT_PLAIN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
