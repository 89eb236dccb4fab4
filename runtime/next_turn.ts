/**
 * Waits until the runtime has looked for input and output. As long as it has something else to do, it
 * does so only every 61 tasks (tokio's `event_interval`, which Deno 2.9 leaves as it is), and a pass of
 * its event loop is a single task, however long it takes. A pause of one pass, by a timer or an
 * immediate, therefore lets nobody else in: with passes of 10 milliseconds, a connection would wait for
 * 0.6 seconds until it is accepted.
 *
 * @module
 */

/** More than the runtime's interval. A pass with nothing to do takes a microsecond or two. */
const PASSES = 64;

/** Calls back after everything that has come in meanwhile had a chance to be served. */
export function nextTurn(callback: () => void): void {
  let left = PASSES;
  const pass = () => {
    if (--left > 0) setImmediate(pass);
    else callback();
  };
  setImmediate(pass);
}
