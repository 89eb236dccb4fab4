/**
 * A generated section of a page of the documentation: reading it, and putting another in its place.
 *
 * @module
 */

/** The text of the section; null if the page has no section of this name. */
export function readSection(page: string, name: string): string | null {
  return patternOf(name).exec(page)?.[2] ?? null;
}

/**
 * The page with another text in the section.
 *
 * @throws {TypeError} if the page has no section of this name
 */
export function replaceSection(
  page: string,
  { name, text }: { name: string; text: string },
): string {
  if (readSection(page, name) === null) {
    throw new TypeError(`Cannot write the section "${name}": the page has no "<!-- ${name} -->"`);
  }
  // Empty lines around it, as the formatter wants them.
  return page.replace(patternOf(name), (_, begin, _old, end) => `${begin}\n${text}\n${end}`);
}

function patternOf(name: string): RegExp {
  return new RegExp(`(<!-- ${name} -->\n)(.*?)(<!-- /${name} -->)`, "s");
}
