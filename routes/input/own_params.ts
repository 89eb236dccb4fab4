/**
 * Query parameters that the service itself reads, such as `limit`, in addition to those of the statement. They
 * are read together with the others, so that every mistake of a request is reported at once.
 *
 * @module
 */
import type { InputError } from "../../errors/service_error.ts";

export interface OwnParams<T> {
  readonly names: readonly string[];
  /** Reads them, and adds each mistake to `errors`; after a mistake, the result is not used. */
  read(query: URLSearchParams, errors: InputError[]): T;
}

/** Of a route whose parameters are all its statement's. */
export const NO_OWN_PARAMS: OwnParams<null> = { names: [], read: () => null };
