/**
 * Objects that name a member twice. A parser keeps one of the two, and which of them is its own choice
 * (RFC 8259, section 4): where it matters who said what, such a text is refused.
 *
 * @module
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The characters that structure a text, and the quote that begins a string. */
const STRUCTURE = /[{}[\]:,"]/g;

/**
 * The first member that an object has twice, at any depth, or null. Two spellings of one name are the
 * same: `"a"` and `"\u0061"`. Takes time in proportion to the text.
 *
 * @param text what `JSON.parse` accepts
 */
export function findDuplicateMember(text: string): string | null {
  // The names of each object that is open; null stands for an array.
  const open: (Set<string> | null)[] = [];
  // The names of the object whose next string is a name; null where a string is a value.
  let names: Set<string> | null = null;
  const structure = new RegExp(STRUCTURE);
  for (let match = structure.exec(text); match !== null; match = structure.exec(text)) {
    switch (match[0]) {
      case "{":
      case "[":
        open.push(names = match[0] === "{" ? new Set() : null);
        break;
      case "}":
      case "]":
        open.pop();
        names = null;
        break;
      case ",":
        names = open.at(-1) ?? null;
        break;
      case ":":
        names = null;
        break;
      default: {
        structure.lastIndex = endOfString(text, match.index);
        if (names === null) break;
        const name: string = JSON.parse(text.slice(match.index, structure.lastIndex));
        if (names.has(name)) return name;
        names.add(name);
      }
    }
  }
  return null;
}

/** The index after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index + 1;
}
