/**
 * Where the lines of the audit log go.
 *
 * @module
 */

export interface AuditSink {
  /**
   * Takes whole lines, all of them or none. Not called again before it settles.
   *
   * @returns once they are as safe as this sink makes them
   * @throws if they are not, or perhaps not; the same lines may come again
   */
  write(lines: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Begins again with what the path names now, as after a rotation. */
  reopen?(): void;
  /** Lets go of what it writes to, for good: a write that is under way fails. */
  close(): Promise<void>;
}
