/**
 * What ends the work on a request whose caller has closed the connection.
 *
 * @module
 */

export class CallerLeft extends Error {
  override readonly name = "CallerLeft";

  constructor() {
    super("The caller has left");
  }
}
