/**
 * Counts all rows of one result, however many pages it has, and holds them to a bound. A result that has more fails: rows that
 * are left out silently would look as if they did not exist.
 *
 * @module
 */
import { ServiceError } from "../../../errors/service_error.ts";
import type { EncodedValues } from "../../prepare/prepared_query.ts";

export interface BoundOptions<Page> {
  /** Rows at most; null for no bound. */
  readonly max: number | null;
  /** Called with the number of rows of each page, including a page that fails. */
  readonly count: (rows: number) => void;
  /** The rows of a page. */
  readonly lengthOf: (page: Page) => number;
}

/** Reads the pages of a single result. */
export function boundRows<Request extends { readonly size: number }, Page>(
  readPage: (values: EncodedValues, request: Request) => Promise<Page>,
  { max, count, lengthOf }: BoundOptions<Page>,
): typeof readPage {
  let left = max ?? Infinity;
  return async (values, request) => {
    // One more than are left tells whether there are more.
    const page = await readPage(values, { ...request, size: Math.min(request.size, left + 1) });
    const length = lengthOf(page);
    count(length);
    left -= length;
    if (max !== null && left < 0) throw resultTooLarge(max);
    return page;
  };
}

export function resultTooLarge(max: number): ServiceError {
  return new ServiceError(
    "result_too_large",
    `The result has more than ${max} rows, which is the limit of this route: request less, or read it page by page`,
  );
}
