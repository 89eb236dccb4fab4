/**
 * Whether a history of a compare-and-set register is linearizable: whether each operation can have
 * happened at one moment between its start and its end, such that every answer is what a single register
 * would have given.
 *
 * The search is that of Wing and Gong with Lowe's memory of what was tried (Lowe, Testing for
 * linearizability, 2017), which Knossos uses too. An operation that nobody knows the outcome of may
 * happen at any moment after its start, or never. Every value is written once, so that few operations
 * fit the value that the register has at a moment, and the search stays short.
 *
 * @module
 */
import type { Fault, Interval } from "../history.ts";

/** What a register has; null while there is no row. */
export type Value = string | null;

export type RegisterOperation =
  & Interval
  & (
    | { readonly kind: "read"; readonly value: Value }
    | {
      readonly kind: "swap";
      readonly from: Value;
      readonly to: Value;
      /** A swap that was refused before it was tried is not part of a history. */
      readonly outcome: "applied" | "not_applied" | "unknown";
      /** What a swap that was not applied says that it found. */
      readonly found?: Value;
    }
  );

/**
 * @param register names it in the faults
 * @param options `onStep` is called for everything that the search looks at
 */
export function checkLinearizable(
  register: string,
  history: readonly RegisterOperation[],
  { onStep = () => {} }: { readonly onStep?: () => void } = {},
): Fault[] {
  const longest = findLinearization(history, onStep);
  if (longest === null) return [];
  const stuck = longest.map(describe).join("; ");
  return [`"${register}" was no single register: nothing explains ${stuck}`];
}

interface Configuration {
  /** Which operations have happened, a bit each. */
  readonly done: bigint;
  readonly value: Value;
}

/**
 * @returns null if there is an order that explains every answer; otherwise the operations that could
 * not be explained next where the search came furthest
 */
function findLinearization(
  history: readonly RegisterOperation[],
  onStep: () => void,
): readonly RegisterOperation[] | null {
  const operations = history.toSorted((a, b) => a.startedAt - b.startedAt);
  const tried = new Set<string>();
  const pending: Configuration[] = [{ done: 0n, value: null }];
  let furthest: { readonly count: number; readonly stuck: RegisterOperation[] } = {
    count: -1,
    stuck: [],
  };
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    onStep();
    const { done, value } = next;
    const key = `${done.toString(36)} ${value}`;
    if (tried.has(key)) continue;
    tried.add(key);
    const left = operations.flatMap((operation, index) =>
      (done >> BigInt(index)) & 1n ? [] : [{ operation, index }]
    );
    const required = left.filter(({ operation }) => !isUnknown(operation));
    if (required.length === 0) return null;
    const firstEnd = Math.min(...required.map(({ operation }) => operation.endedAt));
    const candidates = left.filter(({ operation }) => operation.startedAt <= firstEnd);
    const count = operations.length - left.length;
    if (count > furthest.count) {
      furthest = { count, stuck: candidates.map(({ operation }) => operation) };
    }
    // Taken from the end: those that have an answer are tried first.
    for (const { operation, index } of candidates.toSorted(unknownFirst)) {
      const after = apply(operation, value);
      if (after === undefined) continue;
      pending.push({ done: done | (1n << BigInt(index)), value: after });
    }
  }
  return furthest.stuck;
}

/** What the register has after an operation; undefined if it cannot happen at this moment. */
function apply(operation: RegisterOperation, value: Value): Value | undefined {
  if (operation.kind === "read") return operation.value === value ? value : undefined;
  const fits = operation.from === value;
  if (operation.outcome === "not_applied") {
    const { found = value } = operation;
    return fits || found !== value ? undefined : value;
  }
  return fits ? operation.to : undefined;
}

function isUnknown(operation: RegisterOperation): boolean {
  return operation.kind === "swap" && operation.outcome === "unknown";
}

function unknownFirst(
  a: { readonly operation: RegisterOperation },
  b: { readonly operation: RegisterOperation },
): number {
  return Number(isUnknown(b.operation)) - Number(isUnknown(a.operation));
}

function describe(operation: RegisterOperation): string {
  const when = `at ${Math.round(operation.startedAt)} to ${Math.round(operation.endedAt)} ms`;
  if (operation.kind === "read") return `a read of ${operation.value} ${when}`;
  return `a swap of ${operation.from} for ${operation.to} (${operation.outcome}) ${when}`;
}
