/**
 * The keys of an issuer from a file: no fetch, and no need of the issuer. The file is read again and again,
 * since a mounted secret changes by a link that no event tells of. New content that is not a key set leaves
 * the previous keys in use.
 *
 * @module
 */
import { parseKeySet } from "../../../codec/jwk/key_set.ts";
import type { Observe } from "../../../observe/observation.ts";
import { oneAtATime } from "../../../runtime/one_at_a_time.ts";
import { type KeySet, readKeySet } from "../jwt/verify_signature.ts";
import type { IssuerKeys } from "./key_source.ts";
import { assertUsable } from "./usable_keys.ts";

const INTERVAL_MS = 1_000;
const MAX_BYTES = 256 * 1024;

export interface KeyFileOptions {
  readonly path: string;
  /** Whose keys are in it. */
  readonly issuer: string;
  readonly observe: Observe;
}

export function createKeyFile({ path, issuer, observe }: KeyFileOptions): IssuerKeys {
  let keys: KeySet | null = null;
  /** The text that the keys were read from. */
  let content: string | null = null;
  /** The last problem, which is reported once. */
  let problem: string | null = null;
  // When the reading that brought them began.
  let askedAt = -Infinity;
  let timer: ReturnType<typeof setInterval> | null = null;

  async function read(): Promise<KeySet> {
    const begunAt = performance.now();
    try {
      const text = await readText(path);
      const isNew = keys === null || text !== content;
      if (keys === null || isNew) keys = await readKeys(text);
      askedAt = begunAt;
      if (!isNew && problem === null) return keys;
      content = text;
      problem = null;
      observe({ kind: "issuer_keys", issuer, fetched: true, usable: true, cause: undefined });
      return keys;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const cause = new Error(`Cannot read "${path}": ${reason}`);
      if (problem !== reason) {
        problem = reason;
        observe({ kind: "issuer_keys", issuer, fetched: false, usable: keys !== null, cause });
      }
      throw cause;
    }
  }

  const readAgain = oneAtATime(read);

  function refresh(): Promise<KeySet> {
    timer ??= startTimer();
    return readAgain();
  }

  function startTimer() {
    const started = setInterval(() => refresh().catch(() => {}), INTERVAL_MS);
    // The process may end while it waits for the next look.
    started.unref();
    return started;
  }

  return {
    current: () => keys,
    isStale: () => false,
    isSince: (instant) => askedAt >= instant,
    refresh,
    close: () => clearInterval(timer ?? undefined),
  };
}

async function readKeys(text: string): Promise<KeySet> {
  const { keys } = parseKeySet(text);
  await assertUsable(keys);
  return readKeySet({ keys });
}

async function readText(path: string): Promise<string> {
  const { size } = await Deno.stat(path);
  if (size > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
  return await Deno.readTextFile(path);
}
