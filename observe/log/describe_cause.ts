/**
 * How a log line describes an error and all of its causes: with a stack if a mistake of the service may be
 * behind it, and in a few words if a peer is away.
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
  const byNode = errorsByNode(cause);
  if (byNode.length > 0) return byNode.join(", ");
  const message = withoutStack(cause.message) || cause.name;
  const deeper = cause instanceof AggregateError && cause.errors.length > 0
    ? cause.errors.map(summarizeCause).join(", ")
    : summarizeCause(cause.cause);
  // Some errors repeat the message of their cause.
  return deeper === undefined || message.includes(deeper) ? message : `${message}: ${deeper}`;
}

/** The driver tried every node and has an error for each. Its own message has the stack of the first. */
function errorsByNode(cause: Error): string[] {
  const inner = "innerErrors" in cause ? cause.innerErrors : null;
  if (typeof inner !== "object" || inner === null) return [];
  return Object.entries(inner).map(([node, error]) => `${node}: ${summarizeCause(error)}`);
}

/** Some messages have the stack of another error in them. */
function withoutStack(message: string): string {
  return message.split(/\n\s+at /, 1)[0]!;
}
