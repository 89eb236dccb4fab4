/**
 * What an error says in a line of the log, with all of its causes: with its stack where a mistake of the service may be
 * behind it, and in a few words where a peer is away.
 *
 * @module
 */

/** An error with its stack, and the same of each of its causes. */
export function describeCause(cause: unknown): string | undefined {
  if (cause === undefined || cause === null) return undefined;
  if (!(cause instanceof Error)) return String(cause);
  const deeper = describeCause(cause.cause);
  return `${cause.stack ?? cause.message}${deeper === undefined ? "" : `\ncaused by ${deeper}`}`;
}

/** The message of an error and of each of its causes, without a stack. */
export function summarizeCause(cause: unknown): string | undefined {
  if (cause === undefined || cause === null) return undefined;
  if (!(cause instanceof Error)) return String(cause);
  const message = cause.message === "" ? cause.name : cause.message;
  const deeper = cause instanceof AggregateError && cause.errors.length > 0
    ? cause.errors.map(summarizeCause).join(", ")
    : summarizeCause(cause.cause);
  // Some errors repeat what they were caused by.
  return deeper === undefined || message.includes(deeper) ? message : `${message}: ${deeper}`;
}
