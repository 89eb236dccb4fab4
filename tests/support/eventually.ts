/**
 * Waiting for what takes an unknown time: nothing in a test depends on how fast the machine is.
 *
 * @module
 */

const INTERVAL_MS = 20;
const DEADLINE_MS = 60_000;

/**
 * Resolves to the first result of `probe` that is neither undefined nor false; a probe that throws
 * counts as not yet there.
 *
 * @throws {Error} after a minute, with what the last probe threw as its cause
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  let cause: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  throw new Error(`Waited a minute in vain: ${what}`, { cause });
}

/**
 * What a promise gives which waits for no time limit: it only takes as long as the machine does.
 *
 * @throws {Error} after a minute, as what waits for a limit of several minutes would not have ended by then
 */
export async function promptly<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const error = new Error(`Waited a minute in vain: ${what}`);
    timer = setTimeout(() => reject(error), DEADLINE_MS);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves once the service at `url` is ready. */
export async function untilReady(url: string): Promise<void> {
  await eventually(`the service at "${url}" is ready`, async () => {
    const response = await fetch(`${url}/readyz`);
    const { detail } = await response.json();
    if (response.status !== 200) throw new Error(detail);
    return true;
  });
}
