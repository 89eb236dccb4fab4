/**
 * Drops answers that arrive on a connection that this side has closed. Nobody waits for them: requests on the
 * connection failed when it was given up, for example because its handshake took too long. The node answers
 * nevertheless, and the driver would report "a wrong streamId", as if the node had made a mistake.
 *
 * Read against cassandra-driver 4.10.0, `lib/connection.js`.
 *
 * @module
 */

/** A connection that frames are read from. */
export interface AnsweredConnection {
  /** False from the moment that this side closes it. */
  readonly isSocketOpen: boolean;
  /** Takes an answer without rows, or an error. */
  handleResult(...answer: unknown[]): void;
  handleRow(...row: unknown[]): void;
}

/** @param prototype of all connections of the process */
export function dropLateAnswers(prototype: AnsweredConnection): void {
  const { handleResult, handleRow } = prototype;
  prototype.handleResult = function (...answer) {
    if (this.isSocketOpen) handleResult.apply(this, answer);
  };
  prototype.handleRow = function (...row) {
    if (this.isSocketOpen) handleRow.apply(this, row);
  };
}
