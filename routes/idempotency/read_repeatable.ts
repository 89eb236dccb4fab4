/**
 * `Idempotency-Key` → seeds, as far as the route can promise that a repeated request is carried out once. If it
 * cannot promise that, the request is refused before anything is done, since a client that sends the header
 * relies on it. On a read, the header has no effect and does no harm.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { isGenerated } from "../../catalog/parse/generated.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { invalidInput, pointerTo } from "../../errors/invalid_input.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { CallerLeft } from "../../errors/caller_left.ts";
import type { RequestContext } from "../context.ts";
import type { Waiting } from "../load/until_left.ts";
import type { Seeds } from "../generate/seed.ts";
import { ticksOfMs } from "../generate/uuid.ts";
import { deriveSeed, type KeyedRequest } from "./derived_seeds.ts";
import { IDEMPOTENCY_KEY, type IdempotencyKey, parseIdempotencyKey } from "./idempotency_key.ts";

/** A secret that values are derived with. */
export interface DerivationSecret {
  readonly secret: Uint8Array;
  /** The first time of a key, in milliseconds since 1970, that it is for. */
  readonly since: number;
}

export interface IdempotencyOptions {
  /** The newest first; empty if the header is refused. */
  readonly secrets: readonly DerivationSecret[];
  /** How old the time of a key may be, in milliseconds. */
  readonly windowMs: number;
}

/**
 * The seeds of a request with a key, once the time of the key has come; null for a request without.
 *
 * @throws {ServiceError} `unsupported_idempotency_key`, `malformed_request`, `invalid_input` or `too_busy`
 * @throws {CallerLeft} if the caller leaves before that time
 */
export type SeedReader = (request: KeyedBy, sent: Waiting) => Promise<Seeds> | null;

/** The parts of a request that its seeds depend on, and the slot that it gives up until the time of its key has come. */
type KeyedBy = Pick<RequestContext, "headers" | "identity" | "slot">;

const HEADER = IDEMPOTENCY_KEY.toLowerCase();

/** How far the clock of a client may be ahead: as far as the clock of the issuer of its token. */
const MAX_LEAD_MS = 5_000;

/** The facts that decide whether a query's route takes the header. */
export type RepeatableFacts = Pick<
  PreparedQuery,
  "query" | "repetition" | "writes" | "idempotent"
>;

/** Null for a read, which has no use for the header. */
export function compileKeyReader(
  prepared: RepeatableFacts,
  options: IdempotencyOptions,
): SeedReader | null {
  const { query, writes, repetition } = prepared;
  if (!writes) return null;
  const obstacle = obstacleOf(prepared, options);
  const isTimed = needsTime(prepared);

  async function readSeeds(
    header: string,
    { identity, slot }: KeyedBy,
    sent: Waiting,
  ): Promise<Seeds> {
    if (obstacle !== null || repetition === null || identity === null) {
      throw unsupportedKey(obstacle ?? PUBLIC);
    }
    const key = parseIdempotencyKey(header);
    if (isTimed || key.ticks !== null) {
      const leadMs = leadOf(key, options);
      if (leadMs >= 0) await waitOutside(leadMs + 1, { slot, sent });
    }
    const ticks = key.ticks ?? ticksOfMs(Date.now());
    const facts: KeyedRequest = {
      issuer: identity.issuer,
      subject: identity.subject,
      query: query.name,
      key: key.text,
      ticks,
    };
    const ms = Number(ticks / 10_000n);
    const [own, ...others] = key.ticks === null
      ? secretsByTime(options.secrets, ms)
      : secretsByTime(options.secrets, ms).slice(0, 1);
    return {
      next: (values, line) => deriveSeed(own!.secret, facts, { values, line }),
      repeatable: {
        writeTimeUs: repetition.writesAgain ? Number(ticks / 10n) : undefined,
        others: (values, line) =>
          others.map(({ secret }) => deriveSeed(secret, facts, { values, line })),
      },
    };
  }

  return (request, sent) => {
    const header = request.headers.get(HEADER);
    return header === null ? null : readSeeds(header, request, sent);
  };
}

/** Whether a route takes the header, and if so, whether only keys that carry their time. */
export function takesKey(
  prepared: RepeatableFacts,
  options: IdempotencyOptions,
): { readonly needsTime: boolean } | null {
  const takes = prepared.writes && obstacleOf(prepared, options) === null;
  return takes ? { needsTime: needsTime(prepared) } : null;
}

const PUBLIC = "it is public, and cannot tell callers apart without a token";

/** Why the route refuses the header; null if it takes it. */
function obstacleOf(
  { query, repetition, idempotent }: RepeatableFacts,
  { secrets }: IdempotencyOptions,
): string | null {
  if (repetition === null) {
    return idempotent
      ? "it writes the same again, and might undo a later write"
      : "it cannot tell a repeated request from another";
  }
  if (query.access.kind !== "scopes") return PUBLIC;
  return secrets.length === 0 ? "this service has no secret for it" : null;
}

/**
 * A time that the key does not carry would be another time at each repetition. Without a condition, the
 * write itself needs it; and the lines of an upload are not compared with other secrets.
 */
function needsTime({ query, repetition }: RepeatableFacts): boolean {
  return query.bulk !== null || repetition?.writesAgain === true ||
    query.params.some((param) => {
      const { source } = param;
      const isRandom = source.in === "generated" && source.kind === "uuid";
      return isGenerated(param, query.params) && !isRandom;
    });
}

/** The secret that is for a time, and after it the others. */
function secretsByTime(
  secrets: readonly DerivationSecret[],
  ms: number,
): readonly DerivationSecret[] {
  const own = secrets.find(({ since }) => since <= ms) ?? secrets.at(-1)!;
  return [own, ...secrets.filter((each) => each !== own)];
}

/** By how many milliseconds the time of a key is still to come; less than zero if it has passed. */
function leadOf({ ticks }: IdempotencyKey, { windowMs }: IdempotencyOptions): number {
  if (ticks === null) {
    throw refuse("Expected a UUID of version 7 or 1: this route needs a key that carries its time");
  }
  const leadMs = Number(ticks / 10_000n) - Date.now();
  if (leadMs > MAX_LEAD_MS) {
    throw refuse(
      "The time of the key lies in the future: make a new key, by a clock that is right",
    );
  }
  if (-leadMs > windowMs) {
    throw refuse(
      `The key is older than ${
        windowMs / 1000
      } s: find out whether the first request was carried out`,
    );
  }
  return leadMs;
}

/** A write with a time in the future would hide what others write until then. Meanwhile, others have its slot. */
async function waitOutside(
  ms: number,
  { slot, sent }: Pick<KeyedBy, "slot"> & { readonly sent: Waiting },
): Promise<void> {
  slot?.stepOut(0);
  try {
    await setTimeout(ms, undefined, { signal: sent.signal });
  } catch {
    throw new CallerLeft();
  }
  await slot?.stepIn(sent);
}

function refuse(detail: string): ServiceError {
  return invalidInput([{ pointer: pointerTo(["header", IDEMPOTENCY_KEY]), detail }]);
}

/** The error for a key that a route cannot honour. */
export function unsupportedKey(reason: string): ServiceError {
  return new ServiceError(
    "unsupported_idempotency_key",
    `This route does not take "${IDEMPOTENCY_KEY}": ${reason}. Nothing was done: leave the header out`,
  );
}
