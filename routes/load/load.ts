/**
 * What bounds the load of a process. It outlives the apps that replace each other, which share it.
 *
 * @module
 */
import type { Code } from "../../errors/codes.ts";
import type { LoadReading } from "../../observe/metrics/readings.ts";
import type { PageShare, StreamKind } from "../context.ts";
import { Admission } from "./admission.ts";
import { FairQueue } from "./fair_queue.ts";
import { GradientLimit } from "./gradient_limit.ts";
import { pageShare } from "./page_share.ts";
import { Slots } from "./slots.ts";
import { RefusalPace } from "./refusal_pace.ts";
import { StreamSlots } from "./stream_slots.ts";
import { TimeSlices } from "./time_slices.ts";
import { Turns } from "./turns.ts";
import { WriteSlots } from "./write_slots.ts";

export interface Load {
  /** Lets point requests in. */
  readonly admission: Admission;
  /** When refused requests are answered. */
  readonly refusals: RefusalPace;
  /** What the number of point requests adapts by; null if it is fixed. */
  readonly limit: GradientLimit | null;
  /** For what lasts as long as its callers like: streams and uploads by number, large answers by bytes. */
  readonly streams: Readonly<Record<StreamKind, StreamSlots>>;
  /** For the pages of streams. */
  readonly pageTurns: Turns;
  /** How much of a stream is read at once, by how many there are. */
  pageShare(): PageShare;
  readonly slices: TimeSlices;
  readonly slots: WriteSlots;
  /** Counts a request that was refused, if it was because too much is under way. */
  noteRefusal(code: Code): void;
  read(): LoadReading;
}

export interface LoadSettings {
  readonly maxInFlight: number;
  /** Null for a quarter of them, 0 for no limit. */
  readonly maxInFlightPerCaller: number | null;
  readonly inFlightLimit: "adaptive" | "fixed";
  readonly maxStreams: number;
  /** Null for half of them. */
  readonly maxStreamsPerRoute: number | null;
  readonly maxUnreadBytes: number;
  readonly requestTimeoutMs: number;
}

/** Pages of streams that are read at once: enough to keep Cassandra busy, few beside what a connection carries. */
const PAGES_AT_ONCE = 16;

/** A caller who is refused is asked to come back after as long: to wait is no worse. */
const MAX_WAIT_MS = 1_000;
/** What bodies may take that come in slowly and hold no slot of the limit. */
const OUTSIDE_BYTES = 64 * 1024 * 1024;

/** What `Retry-After` says of a refusal for the load. */
const HOLD_MS = 1_000;
/** A request that waits, or whose refusal is held back, costs no more memory than its connection does. */
const WAITING_PER_PLACE = 4;

/**
 * However slow everything is, this many are let in: without samples the limit could not grow again, and fewer at once
 * cost the process more time each, as there is less to do in each turn of the event loop.
 */
const MIN_IN_FLIGHT = 64;

export function createLoad(settings: LoadSettings): Load {
  const { maxInFlight, maxInFlightPerCaller, requestTimeoutMs } = settings;
  const limit = settings.inFlightLimit === "fixed" ? null : new GradientLimit({
    min: Math.min(MIN_IN_FLIGHT, maxInFlight),
    max: maxInFlight,
    start: Math.max(Math.min(MIN_IN_FLIGHT, maxInFlight), Math.ceil(maxInFlight / 4)),
  });
  const slots = new Slots({
    max: (1 + WAITING_PER_PLACE) * maxInFlight,
    // Zero means no limit.
    maxPerCaller: (maxInFlightPerCaller ?? Math.ceil(maxInFlight / 4)) || Infinity,
  });
  const admission = new Admission({
    slots,
    limit: () => limit?.limit ?? maxInFlight,
    max: maxInFlight,
    outside: new StreamSlots({
      max: OUTSIDE_BYTES,
      maxPerRoute: OUTSIDE_BYTES,
      maxPerCaller: OUTSIDE_BYTES / 4,
    }),
    maxWaitMs: Math.min(MAX_WAIT_MS, requestTimeoutMs / 2),
  });
  const refusals = new RefusalPace({
    holdMs: Math.min(HOLD_MS, requestTimeoutMs),
    maxHeld: WAITING_PER_PLACE * maxInFlight,
  });
  const streams = streamSlotsOf(settings);
  const shed = { too_busy: 0, too_many_in_flight: 0, too_many_streams: 0 };
  const isShed = (code: Code): code is keyof typeof shed => Object.hasOwn(shed, code);
  return {
    admission,
    refusals,
    limit,
    streams,
    pageTurns: new Turns({ atOnce: PAGES_AT_ONCE, queue: new FairQueue() }),
    pageShare: () => pageShare(streams.stream.taken),
    slices: new TimeSlices(),
    slots: new WriteSlots(),
    noteRefusal(code) {
      if (isShed(code)) shed[code]++;
    },
    read: () => ({
      limit: limit?.limit ?? maxInFlight,
      served: admission.served,
      queued: admission.queued,
      held: refusals.held,
      streams: { stream: streams.stream.taken, upload: streams.upload.taken },
      unreadBytes: streams.answer.taken,
      shed: { ...shed },
    }),
  };
}

/** Each kind has a budget of its own. A caller has a quarter of it, if its share of requests is no smaller. */
function streamSlotsOf(
  { maxInFlightPerCaller, maxStreams, maxStreamsPerRoute, maxUnreadBytes }: LoadSettings,
): Load["streams"] {
  const quarterOf = (count: number) => maxInFlightPerCaller === 0 ? Infinity : Math.ceil(count / 4);
  const byNumber = () =>
    new StreamSlots({
      max: maxStreams,
      maxPerRoute: maxStreamsPerRoute ?? Math.ceil(maxStreams / 2),
      maxPerCaller: Math.min(maxInFlightPerCaller || Infinity, quarterOf(maxStreams)),
    });
  return {
    stream: byNumber(),
    upload: byNumber(),
    answer: new StreamSlots({
      max: maxUnreadBytes,
      maxPerRoute: Math.ceil(maxUnreadBytes / 2),
      maxPerCaller: quarterOf(maxUnreadBytes),
    }),
  };
}
