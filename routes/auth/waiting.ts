/**
 * How many callers may wait while their tokens and proofs are checked, and how many signatures are checked at the
 * same time. A caller is an address here: whose token it is, nobody knows yet.
 *
 * @module
 */
import type { SlotsOptions } from "../load/slots.ts";

/** The length of each queue. One address gets half of it at most. */
export const WAITING: SlotsOptions = { max: 1024, maxPerCaller: 512 };

/** Enough to keep a few cores busy; more would only compete for them. */
export const SIGNATURES_AT_ONCE = 4;
