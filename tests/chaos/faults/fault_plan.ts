/**
 * Which node fails when, and how: it follows from a seed. One node at a time, so that a quorum of the
 * three remains, and in a full run an outage of two at once at the end.
 *
 * @module
 */
import { createRandom } from "../random.ts";

export type FaultKind =
  /** It stops to answer, and its connections stay: SIGSTOP, then SIGCONT. */
  | "freeze"
  /** It is gone at once: SIGKILL, then a start. */
  | "kill"
  /** It leaves in order: SIGTERM, then a start. */
  | "stop";

export interface PlannedFault {
  readonly kind: FaultKind;
  /** Which nodes of the ring, counted from 0. */
  readonly nodes: readonly number[];
  /** Until they are thawed or started again. */
  readonly lastsMs: number;
  /** From when they serve again until the next fault. */
  readonly calmMs: number;
}

const KINDS: readonly FaultKind[] = ["freeze", "kill", "stop"];
const NODES = [0, 1, 2];
/** Longer than the deadline of a request, and than a gateway takes to give up a silent node. */
const SHORTEST_MS = 3_500;
/** The nodes of the gateways' data centre. Without them, no quorum is there. */
const NEAR = [0, 1];

export interface FaultPlanOptions {
  readonly seed: number;
  /** Whether it is to take seconds, and not minutes. */
  readonly isShort: boolean;
}

export function planFaults({ seed, isShort }: FaultPlanOptions): PlannedFault[] {
  const random = createRandom(seed);
  const fault = (kind: FaultKind, node: number): PlannedFault => ({
    kind,
    nodes: [node],
    lastsMs: SHORTEST_MS + random.below(2_000),
    calmMs: 2_000,
  });
  if (isShort) {
    const kinds = ["freeze", "kill"] as const;
    return kinds.map((kind) => ({
      ...fault(kind, random.pick(NEAR)),
      lastsMs: SHORTEST_MS,
      calmMs: 1_000,
    }));
  }
  const all = KINDS.flatMap((kind) => NODES.map((node) => fault(kind, node)));
  const outage: PlannedFault = { kind: "kill", nodes: NEAR, lastsMs: 5_000, calmMs: 5_000 };
  return [...random.shuffle(all), outage];
}
