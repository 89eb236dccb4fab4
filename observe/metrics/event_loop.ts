/**
 * How late timers fire: what everything else waits too while something holds the event loop. The runtime's
 * own measure of it says microseconds after a pause of half a second.
 *
 * @module
 */
import type { Observe } from "../observation.ts";

/** Between two samples. Rare enough to cost nothing, frequent enough to meet a pause that users notice. */
const INTERVAL_MS = 100;

/** Samples the event loop until the returned function is called. Does not keep the process alive. */
export function watchEventLoop(observe: Observe): () => void {
  let due = performance.now() + INTERVAL_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    observe({ kind: "event_loop", delayMs: Math.max(0, now - due) });
    due = now + INTERVAL_MS;
  }, INTERVAL_MS);
  Deno.unrefTimer(timer);
  return () => clearInterval(timer);
}
