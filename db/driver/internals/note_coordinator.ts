/**
 * Notes the node that each attempt goes to: the driver does not say, for a statement without an answer.
 * Read against `lib/request-execution.js`.
 *
 * @module
 */
import type { Deadline } from "../timing/deadline.ts";

/** One attempt at a request, as the driver has it. */
export interface DriverAttempt {
  readonly _host: { readonly address: string };
  readonly _request: { readonly deadline?: Deadline | null };
  _sendOnConnection(): void;
}

export function noteCoordinators(attempts: DriverAttempt): void {
  const sendOnConnection = attempts._sendOnConnection;
  attempts._sendOnConnection = function () {
    const { _request: { deadline }, _host: { address } } = this;
    if (deadline) deadline.attempts.coordinator = address;
    sendOnConnection.call(this);
  };
}
