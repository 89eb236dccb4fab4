/**
 * Writes the lines of a group together. If one line may be to blame for a failure, each is written separately
 * to find it.
 *
 * @module
 */
import type { Code } from "../../errors/codes.ts";
import { type ServiceError, toServiceError } from "../../errors/service_error.ts";
import type { WriteTime } from "../driver/internals/driver_types.ts";
import { type ReadLine, slotsOf } from "./group_lines.ts";
import { repeatedFailure } from "../driver/failures/repeated_failure.ts";
import type { LineTally } from "./line_tally.ts";
import { STRAINED, writeTogether, type WriteTogetherOptions } from "./write_together.ts";

export interface WriteGroupOptions<Row> extends WriteTogetherOptions<Row> {
  /** The time for a write, later than all before: an attempt to repeat it must not undo a later one. */
  nextTime(): WriteTime | undefined;
  /** Learns what became of each line. */
  readonly tally: LineTally<Row>;
}

/** Failures of a whole batch that a single row can cause, with a value that Cassandra or a replica refuses. */
const MAY_BLAME_ONE: ReadonlySet<Code> = new Set([
  "invalid_input",
  "function_failed",
  "replica_failure",
]);

/** Resolves when it is known of every line what became of it. Never rejects. */
export async function writeGroup<Row>(
  group: readonly ReadLine<Row>[],
  options: WriteGroupOptions<Row>,
): Promise<void> {
  const time = options.nextTime();
  const error = await attempt(group, time, options);
  if (error === null) return;
  const mayBlameOne = group.length > 1 && MAY_BLAME_ONE.has(error.code);
  if (mayBlameOne) await writeEach(group, time, { ...options, ofGroup: error });
  else options.tally.addAllFailed(group, error);
}

interface WriteEachOptions<Row> extends WriteGroupOptions<Row> {
  /** Why the group was not written. */
  readonly ofGroup: ServiceError;
}

/** Writes each line of a group separately. */
async function writeEach<Row>(
  group: readonly ReadLine<Row>[],
  time: WriteTime | undefined,
  options: WriteEachOptions<Row>,
): Promise<void> {
  const { tally } = options;
  for (const [index, line] of group.entries()) {
    const own = await attempt([line], time, options);
    // Trying the others as well would only add to the strain.
    if (own !== null && STRAINED.has(own.code)) {
      return tally.addAllFailed(group.slice(index), afterGroup(own, options));
    }
    if (own !== null) tally.addFailed(line.line, own);
  }
}

/** Some replicas may have written the group before its rows were tried separately. */
function afterGroup(
  own: ServiceError,
  { ofGroup, idempotent }: WriteEachOptions<unknown>,
): ServiceError {
  const mayBeWritten = ofGroup.code === "replica_failure" && idempotent;
  return mayBeWritten ? repeatedFailure(ofGroup, own) : own;
}

/** Why the lines were not written; null if they were. */
async function attempt<Row>(
  lines: readonly ReadLine<Row>[],
  time: WriteTime | undefined,
  options: WriteGroupOptions<Row>,
): Promise<ServiceError | null> {
  try {
    await writeTogether(lines.map(({ row }) => row), time, options);
  } catch (error) {
    return toServiceError(error);
  }
  options.tally.addWritten(lines);
  options.limit.grow(slotsOf(lines));
  return null;
}
