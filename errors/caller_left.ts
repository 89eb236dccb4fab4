/**
 * What ends the work on a request whose caller has closed the connection.
 *
 * @module
 */

/**
 * The status of such a request, which nobody receives: the log and the metrics have it. It is not registered, but known
 * from the access logs of other servers.
 */
export const CLIENT_CLOSED_REQUEST = 499;

export class CallerLeft extends Error {
  override readonly name = "CallerLeft";

  constructor() {
    super("The caller has left");
  }
}
