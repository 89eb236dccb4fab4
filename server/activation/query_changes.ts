/**
 * What differs between the queries that were served and those that are: for the operator who has changed
 * the files.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import type { QueryChanges } from "../../observe/observation.ts";

/** By name. A query whose text has moved within its files is the same. */
export function compareQueries(
  before: readonly Query[],
  after: readonly Query[],
): QueryChanges {
  const [old, now] = [textsOf(before), textsOf(after)];
  const names = [...now.keys()];
  return {
    added: names.filter((name) => !old.has(name)),
    changed: names.filter((name) => old.has(name) && old.get(name) !== now.get(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
  };
}

/** What stands in the files for each query: its own part, and what its file says for all. */
function textsOf(queries: readonly Query[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const byFile = Map.groupBy(queries, ({ nameSpan: { file } }) => file);
  for (const [{ text }, inFile] of byFile) {
    const starts = inFile.map(({ nameSpan: { start } }) => text.lastIndexOf("\n", start) + 1);
    const sorted = starts.toSorted((a, b) => a - b);
    const head = text.slice(0, sorted[0]).trim();
    for (const [index, { name }] of inFile.entries()) {
      const start = starts[index]!;
      const end = sorted[sorted.indexOf(start) + 1] ?? text.length;
      texts.set(name, `${head}\n${text.slice(start, end).trim()}`);
    }
  }
  return texts;
}
