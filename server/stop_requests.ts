/**
 * Signals that ask a process to stop. One request often comes as two signals: a terminal sends Ctrl-C to every process
 * in the foreground, systemd sends SIGTERM to every process of a unit, and `deno task` passes on what it gets.
 *
 * @module
 */

/** What comes sooner after a request belongs to it. */
const SAME_REQUEST_MS = 500;

/**
 * @param onRequest called for each request, with the signal; `isAgain` from the second one on
 * @returns gives the signals their former effect
 */
export function onStopRequest<S extends Deno.Signal>(
  signals: readonly S[],
  onRequest: (signal: S, isAgain: boolean) => void,
): () => void {
  let requestedAt = -Infinity;
  const listeners = signals.map((signal) => {
    const listener = () => {
      const now = performance.now();
      if (now - requestedAt < SAME_REQUEST_MS) return;
      const isAgain = requestedAt !== -Infinity;
      requestedAt = now;
      onRequest(signal, isAgain);
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
  };
}
