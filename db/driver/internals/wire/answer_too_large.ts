/**
 * The error for an answer that is larger than its request wants to hold.
 *
 * @module
 */

/** The answer was skipped while it came in. Its statement has run. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";
  readonly bytes: number;

  constructor({ bytes, maxBytes }: { readonly bytes: number; readonly maxBytes: number }) {
    super(`The answer has ${bytes} bytes, where ${maxBytes} are taken`);
    this.bytes = bytes;
  }
}

/** How large the answer is that an error is about; null for any other error. */
export function tooLargeBytes(error: unknown): number | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof AnswerTooLarge ? cause.bytes : null;
}
