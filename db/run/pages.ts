/**
 * Pages of a `:many` query, one after the other: of one partition, or of all the partitions that an
 * `@walk` goes through. A position says where the next page begins; it is opaque to callers.
 *
 * @module
 */
import type { PreparedQuery } from "../prepare/prepared_query.ts";
import type { Executor } from "./execute.ts";
import type { PageReader } from "./page.ts";
import { createWalker } from "./walk.ts";

export function createPageReader(prepared: PreparedQuery, executor: Executor): PageReader {
  if (prepared.walk !== null) return createWalker(prepared, { walk: prepared.walk, executor });
  return async (values, { size, position, stopwatch, deadline }) => {
    const { rows, pagingState } = await executor.execute(prepared, values, {
      fetchSize: size,
      pagingState: position ?? undefined,
      ...(stopwatch === undefined ? {} : { stopwatch }),
      ...(deadline === undefined ? {} : { deadline }),
    });
    return { rows, next: pagingState };
  };
}
