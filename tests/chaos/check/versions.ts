/**
 * Checks registers that one client each writes, one write after the other: a read never finds a version
 * older than what was acknowledged before it, one that was refused, or one that was yet to be written.
 *
 * Two reads may differ in a write that nobody knows the outcome of: the later one may miss it. Such a
 * register is regular, not atomic (Lamport, On Interprocess Communication, 1986).
 *
 * @module
 */
import { canSee, type Fault, type Interval, mustSee, type Write } from "../history.ts";

export interface VersionWrite extends Write {
  readonly register: string;
  /** Higher than in every earlier write to the register. */
  readonly version: number;
}

export interface VersionRead extends Interval {
  readonly register: string;
  /** Null if there is no row. */
  readonly version: number | null;
}

export function checkVersions(
  writes: readonly VersionWrite[],
  reads: readonly VersionRead[],
): Fault[] {
  const byRegister = Map.groupBy(writes, ({ register }) => register);
  return reads.flatMap((read) => checkRead(byRegister.get(read.register) ?? [], read));
}

function checkRead(writes: readonly VersionWrite[], read: VersionRead): Fault[] {
  const where = `"${read.register}" at ${Math.round(read.startedAt)} ms`;
  const found = read.version ?? 0;
  const newest = writes.findLast((write) => mustSee(read, write))?.version ?? 0;
  if (found < newest) {
    return [`A read of ${where} found ${found}, after ${newest} was acknowledged`];
  }
  if (found === 0) return [];
  const write = writes.find(({ version }) => version === found);
  if (write === undefined) return [`A read of ${where} found ${found}, which nobody wrote`];
  if (write.verdict === "refused") return [`A read of ${where} found ${found}, which was refused`];
  return canSee(read, write) ? [] : [`A read of ${where} found ${found} before it was written`];
}
