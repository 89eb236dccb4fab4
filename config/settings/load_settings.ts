/**
 * The settings for load: how much this process serves at once, and how much of that one caller or one route
 * may take.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { choice, integer } from "./kinds/setting_kind.ts";

export const LOAD_SETTINGS = {
  maxInFlight: {
    name: "MAX_IN_FLIGHT",
    default: "1024",
    kind: integer({ min: 1, max: 1_000_000 }),
    meaning:
      "Most requests that this process serves at once; four times as many may [wait](operations.md#overload); further requests get 503",
  },
  maxInFlightPerCaller: {
    name: "MAX_IN_FLIGHT_PER_CALLER",
    default: null,
    kind: integer({ min: 0, max: 1_000_000 }),
    meaning:
      "Requests of one caller served at once; a quarter of `MAX_IN_FLIGHT` by default, 0 for no limit",
  },
  inFlightLimit: {
    name: "IN_FLIGHT_LIMIT",
    default: "adaptive",
    kind: choice(["adaptive", "fixed"]),
    meaning:
      "Whether fewer than `MAX_IN_FLIGHT` requests are served at once while Cassandra or this process is slow: see [Operations](operations.md#overload)",
  },
  maxStreams: {
    name: "MAX_STREAMS",
    default: "128",
    kind: integer({ min: 1, max: 100_000 }),
    meaning:
      "Streams that this process writes at once, and as many uploads: see [Operations](operations.md#streams-and-point-requests)",
  },
  maxStreamsPerRoute: {
    name: "MAX_STREAMS_PER_ROUTE",
    default: null,
    kind: integer({ min: 1, max: 100_000 }),
    meaning: "Streams, or uploads, of one route at once; half of `MAX_STREAMS` by default",
  },
  maxUnreadBytes: {
    name: "MAX_UNREAD_BYTES",
    default: "268435456",
    kind: integer({ min: 65_536, max: 2 ** 40 }),
    meaning:
      "Most bytes of answers, other than streams, that are waiting to be read by their callers: of large ones, and over HTTP/2 of those above 4 KiB",
  },
} as const satisfies Readonly<Record<string, Setting>>;
