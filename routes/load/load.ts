/**
 * What bounds the load of a process. It outlives the apps that replace each other, which share it.
 *
 * @module
 */
import type { StreamKind } from "../context.ts";
import { FairTurns } from "./fair_turns.ts";
import { Places } from "./places.ts";
import { StreamPlaces } from "./stream_places.ts";
import { TimeSlices } from "./time_slices.ts";
import { WriteSlots } from "./write_slots.ts";

export interface Load {
  /** For point requests. */
  readonly places: Places;
  /** For what lasts as long as its callers like: streams and uploads by number, large answers by bytes. */
  readonly streams: Readonly<Record<StreamKind, StreamPlaces>>;
  /** For the pages of streams. */
  readonly pageTurns: FairTurns;
  readonly slices: TimeSlices;
  readonly slots: WriteSlots;
}

export interface LoadSettings {
  readonly maxInFlight: number;
  /** Null for a quarter of them, 0 for no limit. */
  readonly maxInFlightPerCaller: number | null;
  readonly maxStreams: number;
  /** Null for half of them. */
  readonly maxStreamsPerRoute: number | null;
  readonly maxUnreadBytes: number;
}

/** Pages of streams that are read at once: enough to keep Cassandra busy, few beside what a connection carries. */
const PAGES_AT_ONCE = 16;

export function createLoad(settings: LoadSettings): Load {
  const { maxInFlight, maxInFlightPerCaller, maxStreams, maxUnreadBytes } = settings;
  const perCaller = maxInFlightPerCaller === 0 ? Infinity : maxInFlightPerCaller;
  /** Each kind has as many places as the others. */
  const streamPlaces = () =>
    new StreamPlaces({
      max: maxStreams,
      maxPerRoute: settings.maxStreamsPerRoute ?? Math.ceil(maxStreams / 2),
      maxPerCaller: Math.min(
        perCaller ?? Infinity,
        perCaller === Infinity ? Infinity : Math.ceil(maxStreams / 4),
      ),
    });
  return {
    places: new Places({
      max: maxInFlight,
      maxPerCaller: perCaller ?? Math.ceil(maxInFlight / 4),
    }),
    streams: {
      stream: streamPlaces(),
      upload: streamPlaces(),
      answer: new StreamPlaces({
        max: maxUnreadBytes,
        maxPerRoute: Math.ceil(maxUnreadBytes / 2),
        maxPerCaller: perCaller === Infinity ? Infinity : Math.ceil(maxUnreadBytes / 4),
      }),
    },
    pageTurns: new FairTurns(PAGES_AT_ONCE),
    slices: new TimeSlices(),
    slots: new WriteSlots(),
  };
}
