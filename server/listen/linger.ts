/**
 * How long the connection of a caller is kept once its server has closed it (RFC 9112, section 9.6). A connection that
 * is closed is reset by whatever the caller sends, and the kernel then drops what the caller has not taken yet. If
 * nothing comes, the kernel delivers all of it. The runtime cannot ask the kernel whether it has.
 *
 * @module
 */
import { within } from "../../runtime/within.ts";

/** A caller whose connection is kept. */
export interface Lingerer {
  /** Whether something has come since the last look. */
  isHeard: boolean;
  /** When more was last handed to the kernel than certainly arrives soon, in milliseconds of `performance.now()`. */
  readonly filledAt: number;
}

/** How long a caller may send nothing, and not close the connection, in milliseconds. */
export const LINGER_MS = 1_000;

export interface LingerOptions {
  /** Longest time since the server's end; a caller that takes nothing for this long is given up elsewhere, too. */
  readonly stallTimeoutMs: number;
  /** Milliseconds on the clock of `filledAt`. */
  readonly now?: () => number;
  readonly wait?: typeof within;
}

/**
 * Waits until the caller closes the connection, or nothing can be lost any more: nothing has come for a second, and
 * the caller has all there is. It goes on from the second after the server's end, which others have waited for.
 *
 * @param sending what the caller still sends, which is read to its end
 */
export async function linger(
  sending: Promise<void>,
  lingerer: Lingerer,
  { stallTimeoutMs, now = () => performance.now(), wait = within }: LingerOptions,
): Promise<void> {
  let isOver = false;
  const over = () => void (isOver = true);
  const ended = sending.then(over, over);
  const begunAt = now();
  const mayBeTaking = begunAt - lingerer.filledAt < stallTimeoutMs;
  const endsAt = begunAt + stallTimeoutMs - LINGER_MS;
  for (let left = endsAt - begunAt; !isOver && left > 0; left = endsAt - now()) {
    if (!mayBeTaking && !lingerer.isHeard) return;
    lingerer.isHeard = false;
    await wait(ended, mayBeTaking ? left : Math.min(left, LINGER_MS));
  }
}
