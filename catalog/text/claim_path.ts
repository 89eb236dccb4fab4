/**
 * The path of a claim inside a token: `tenant`, `org.id`, `resource_access."my.api".roles`. Outside quotes a
 * dot leads into an object; inside quotes everything is the name itself, as in
 * `"https://acme.example/tenant"`. A path has one meaning, whatever the token has.
 *
 * @module
 */

/** The names from the outside in; at least one. */
export type ClaimPath = readonly string[];

const SEGMENT = /"([^"]*)"|([\w-]+)/y;

/** Null if the text is not the path of a claim. */
export function parseClaimPath(text: string): ClaimPath | null {
  const path: string[] = [];
  for (let at = 0; at <= text.length; at = SEGMENT.lastIndex + 1) {
    SEGMENT.lastIndex = at;
    const [, quoted, plain] = SEGMENT.exec(text) ?? [];
    const name = quoted ?? plain ?? "";
    if (name === "") return null;
    path.push(name);
    if (SEGMENT.lastIndex === text.length) return path;
    if (text[SEGMENT.lastIndex] !== ".") return null;
  }
  return null;
}
