/**
 * The failure of preparing a statement again, for the operator. The node's first answer, that it has forgotten
 * the statement, is not a failure, and says that the node has not run it.
 *
 * @module
 */

/**
 * The same error, of the same class, with a message that says so, marked as of a statement that was not sent.
 * Others may hold it, so it stays as it is.
 */
export function whilePreparing(error: Error): Error {
  const message = `The statement could not be prepared again: ${error.message}`;
  return Object.create(error, {
    message: { value: message, configurable: true, writable: true },
    requestNotWritten: { value: true },
    stack: { value: `${error.name}: ${message}`, configurable: true, writable: true },
  });
}
