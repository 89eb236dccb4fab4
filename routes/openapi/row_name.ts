/**
 * The name of a table's row, if its query does not give one: `latest_videos` has `LatestVideo`s,
 * `videos_by_tag` has `VideoByTag`s.
 *
 * @module
 */
import { toPascalCase } from "../../catalog/text/pascal_case.ts";

/** The ends of names that are made of others: the row of a table never has one of them. */
const RESERVED_ENDS = /.(?:Page|Body|Row|Current|Conflict|Input|Written)$/;

/** Empty for a table whose name has no letters of ASCII. */
export function rowNameOf(table: string): string {
  const [, things = "", by = ""] = /^(.*?)(_by_.*)?$/s.exec(table)!;
  const name = toPascalCase(`${singularOf(things)}${by}`);
  return RESERVED_ENDS.test(name) ? `${name}Row` : name;
}

/** Of a regular English plural, which names of tables mostly are; anything else stays as it is. */
function singularOf(words: string): string {
  if (/(?:^|_)(?:series|species|news)$|(?:ss|us|is)$/.test(words)) return words;
  if (/(?:^|_)(?:movies|cookies|ties|pies|caches)$/.test(words)) return words.replace(/s$/, "");
  if (/[^aeiou_]ies$/.test(words)) return words.replace(/ies$/, "y");
  if (/(?:ss|sh|ch|x|zz)es$/.test(words)) return words.replace(/es$/, "");
  return words.replace(/(?<=[^_])s$/, "");
}
