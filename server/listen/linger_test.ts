import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { linger, LINGER_MS } from "./linger.ts";

const STALL_MS = 60_000;
const NOW = 1_000_000;

interface Caller {
  readonly filledAt?: number;
  /** In how many of the seconds since the server's end the caller sends something, one after the other. */
  readonly sends?: number;
  readonly stallTimeoutMs?: number;
}

/** How long a caller is kept who never closes the connection, in milliseconds. */
async function keptMs(
  { filledAt = -Infinity, sends = 0, stallTimeoutMs = STALL_MS }: Caller,
): Promise<number> {
  let time = NOW;
  let left = sends;
  const lingerer = { filledAt, isHeard: left-- > 0 };
  await linger(Promise.withResolvers<void>().promise, lingerer, {
    stallTimeoutMs,
    now: () => time,
    wait: (_ended, ms) => {
      time += ms;
      lingerer.isHeard = left-- > 0;
      return Promise.resolve();
    },
  });
  return time - NOW;
}

describe("linger()", () => {
  it("lets go of a caller who sends nothing, and was sent little", async () => {
    expect(await keptMs({})).toBe(0);
  });

  it("keeps a caller who goes on sending", async () => {
    expect(await keptMs({ sends: 1 })).toBe(LINGER_MS);
    expect(await keptMs({ sends: 5 })).toBe(5 * LINGER_MS);
  });

  it("keeps a caller who was sent much a short while ago, and sends nothing", async () => {
    expect(await keptMs({ filledAt: NOW - LINGER_MS })).toBe(STALL_MS - LINGER_MS);
  });

  it("lets go of a caller who was sent much, and has stalled since", async () => {
    expect(await keptMs({ filledAt: NOW - STALL_MS })).toBe(0);
  });

  it("keeps nobody for longer than an answer may stall", async () => {
    expect(await keptMs({ sends: Infinity })).toBe(STALL_MS - LINGER_MS);
    const stallTimeoutMs = LINGER_MS + 300;
    expect(await keptMs({ sends: Infinity, stallTimeoutMs })).toBe(300);
    expect(await keptMs({ sends: Infinity, filledAt: NOW, stallTimeoutMs: 1 })).toBe(0);
  });

  it("ends with the caller, in whatever way", async () => {
    const lingerer = { filledAt: performance.now(), isHeard: false };
    for (const sending of [Promise.resolve(), Promise.reject(new Error("Connection reset"))]) {
      await linger(sending, lingerer, { stallTimeoutMs: 600_000 });
    }
  });
});
