/**
 * How the driver marks the error of a connection that was lost, and of a request that was not sent on it.
 *
 * @module
 */

export function isSocketError(error: unknown): error is Error {
  return error instanceof Error && "isSocketError" in error && error.isSocketError === true;
}

/** Whether the request was still waiting to be sent, so that it was not carried out. */
export function wasNotSent(error: unknown): boolean {
  return error instanceof Error && "requestNotWritten" in error && error.requestNotWritten === true;
}
