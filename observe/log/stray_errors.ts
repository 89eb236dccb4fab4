/**
 * Errors that no code catches: of promises that nobody waits for, and of callbacks such as those of timers.
 * Each is of one request at most; to end the process, as the runtime does, would fail every request.
 *
 * @module
 */
import { describeCause } from "./describe_cause.ts";

/** Logs stray errors, and keeps the process alive. */
export function logStrayErrors(
  error: (message: string, properties: { readonly cause: string | undefined }) => void,
): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    error("Unhandled rejection: {cause}", { cause: describeCause(event.reason) });
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    error("Uncaught exception: {cause}", { cause: describeCause(event.error) });
  });
}
