/**
 * A batch that is not logged is only whole where it is one write to one partition: that must be
 * provable before it is served. A logged one may span partitions.
 *
 * @module
 */
import type { Query, Report } from "../catalog/query.ts";
import { type Token, tokenize } from "../catalog/tokenize.ts";
import type { Session } from "./session.ts";

/** Reports an `UNLOGGED` or `COUNTER` batch whose statements may go to different partitions. */
export async function checkBatch(session: Session, query: Query, report: Report): Promise<void> {
  const tokens = tokenize(query.statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  const type = tokens[1]?.text.toUpperCase();
  if (type !== "UNLOGGED" && type !== "COUNTER") return;
  const partitions = await Promise.all(
    innerStatements(query, tokens).map((statement) => partitionOf(session, statement)),
  );
  const [first] = partitions;
  if (first !== null && partitions.every((partition) => partition === first)) return;
  report({
    span: tokens[1]!.span,
    message: `Cannot serve this ${type} batch: its statements are not provably in one partition`,
    help:
      'Bind the whole partition key of one table to the same markers in each statement, or use "BEGIN BATCH"',
  });
}

/** The statements between `BATCH` and `APPLY`, without the `USING` of the batch. */
function innerStatements(query: Query, tokens: readonly Token[]): string[] {
  const { file } = query.statementSpan;
  const statements: string[] = [];
  let start: number | null = null;
  for (const token of tokens.slice(2, -2)) {
    const begins = /^(insert|update|delete)$/i.test(token.text) && token.kind === "word";
    if (begins && start === null) start = token.span.start;
    if (token.text === ";" && start !== null) {
      statements.push(file.text.slice(start, token.span.start));
      start = null;
    }
  }
  const end = tokens.at(-2)!.span.start;
  return start === null ? statements : [...statements, file.text.slice(start, end)];
}

/** The table and the markers of its partition key; null where the key is not wholly bound. */
async function partitionOf(session: Session, statement: string): Promise<string | null> {
  const { keyspace, table, binds, partitionKey } = await session.prepare(statement);
  if (partitionKey.length === 0) return null;
  return JSON.stringify([keyspace, table, partitionKey.map((index) => binds[index]!.name)]);
}
