/**
 * The times that migrations are written with, in microseconds since 1970: those of their record, and of the rows
 * that their statements write. Of two writes to a cell the later one wins, by the clock of the process that wrote it, and
 * one process goes on where another, on another machine, has stopped. So each time is later than all that the record
 * has, whatever the clock says.
 *
 * @module
 */
import type { Session } from "../../driver/session.ts";
import { HISTORY_TABLE, qualify } from "../../schema/own_tables.ts";
import { whenServed } from "../wait/when_served.ts";
import { PARTITION } from "./history_table.ts";

/** The columns that are written, each of them at times of its own. */
const COLUMNS = [
  "name",
  "checksum",
  "applied",
  "applied_checksum",
  "attempted",
  "attempted_checksum",
  "started_at",
  "finished_at",
  "duration_ms",
];

/** Beyond what a process that has lost its lease may still write. */
const MARGIN_US = 1_000;

/** When the record was written. */
export interface RecordedTimes {
  /** The latest of all; 0 if there is no record. */
  readonly last: number;
  /** By the version of the migration: when the statement was begun that is on record as begun. */
  readonly attempts: ReadonlyMap<number, number>;
}

/**
 * Reads the times of all migrations: the statements of one can write to the rows of another.
 *
 * @param session one that sees what other data centres wrote; the table has all columns
 */
export async function readRecordedTimes(
  session: Session,
  keyspace: string,
): Promise<RecordedTimes> {
  const columns = COLUMNS.map((column) => `WRITETIME(${column}) AS ${column}`).join(", ");
  const cql = `SELECT version, ${columns} FROM ${qualify(keyspace, HISTORY_TABLE)}
    WHERE history = ?`;
  const rows = await whenServed(() => session.query(cql, [PARTITION]));
  const times = rows.flatMap((row) => COLUMNS.map((column) => Number(row[column] ?? 0)));
  return {
    last: times.reduce((a, b) => Math.max(a, b), 0),
    attempts: new Map(
      rows.filter(({ attempted }) => attempted !== null)
        .map(({ version, attempted }) => [Number(version), Number(attempted)]),
    ),
  };
}

/** The times of one process, each later than the one before. */
export class RecordTimes {
  readonly #session: Pick<Session, "nextWriteTime">;
  #last: number;

  /** @param last the latest on record */
  constructor(session: Pick<Session, "nextWriteTime">, last: number) {
    this.#session = session;
    this.#last = last + MARGIN_US;
    this.followClock();
  }

  /**
   * Goes on from the time of day, unless the record is ahead of it. Before the lease is renewed: what is written by
   * a process that lost it since is then earlier than what its next holder writes.
   */
  followClock(): void {
    this.#last = Math.max(this.#last, this.#now());
  }

  /** Has what comes next be later than `time`, in microseconds. */
  goBeyond(time: number): void {
    this.#last = Math.max(this.#last, time);
  }

  next(): number {
    return ++this.#last;
  }

  /** The latest that is on record, and how far it is ahead of the clock in milliseconds. */
  lead(): { readonly latest: Date; readonly leadMs: number } {
    const latestMs = this.#last / 1_000;
    return { latest: new Date(latestMs), leadMs: latestMs - this.#now() / 1_000 };
  }

  #now(): number {
    return Number(this.#session.nextWriteTime() ?? 0);
  }
}
