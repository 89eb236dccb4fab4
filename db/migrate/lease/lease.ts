/**
 * Lets one process at a time change the schema. A lease is a row that lightweight transactions at `SERIAL`
 * give to one holder, in whatever data centre; it expires unless its holder renews it, so that a process
 * that was killed keeps nobody waiting for long.
 *
 * A lease cannot fence DDL: a statement that its holder sent before it lost the lease still takes effect.
 * The next holder looks for the change before repeating it (`find_change.ts`).
 *
 * @module
 */
import { isRefusal } from "../../driver/failures/refusal.ts";
import type { Session } from "../../driver/session.ts";
import { LEASE_TABLE, qualify } from "../../schema/own_tables.ts";
import { MigrationError } from "../files/migrations.ts";
import { whenServed } from "../wait/when_served.ts";

/** The lease for changing the schema. */
const NAME = "migrations";

/** How long a lease outlives its holder. */
const LEASE_SECONDS = 30;

/** How often a waiting process looks again, and reports that it waits. */
const LOOK_AGAIN_MS = 1_000;
const SAY_AGAIN_MS = 30_000;

export interface Lease {
  /**
   * Renews the lease, before each step that only its holder may take.
   *
   * @throws {MigrationError} if another process has it, or the cluster cannot say
   */
  renew(): Promise<void>;
  /** Gives it up. Never rejects: it expires anyway. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  readonly keyspace: string;
  /** Takes a line about the holder while others wait for it. */
  readonly log: (line: string) => void;
  /** Default: 30. */
  readonly seconds?: number | undefined;
  /** The machine or the pod of the holder, for those who wait. Default: nobody says. */
  readonly host?: string | undefined;
}

/**
 * Waits until the lease is free, and takes it.
 *
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function acquireLease(session: Session, options: LeaseOptions): Promise<Lease> {
  const { keyspace, log, seconds = LEASE_SECONDS, host } = options;
  const row = new LeaseRow(session, { keyspace, seconds, host });
  let saidAt = -Infinity;
  for (;;) {
    // Looking first: attempts to take it would be in the way of its holder, who has to renew it.
    const other = await row.holder() ?? await row.take();
    if (other === null) break;
    if (performance.now() - saidAt >= SAY_AGAIN_MS) {
      saidAt = performance.now();
      log(
        other === "gone"
          ? 'Waiting: another "migrate" has just ended'
          : `Waiting: another "migrate" has been at work since ${other.since} (${other.holder})`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS * (0.5 + Math.random() / 2)));
  }
  // One statement may take longer than the lease lasts.
  const timer = setInterval(() => row.renew().catch(() => {}), seconds * 1000 / 3);
  return {
    renew: () => row.renew(),
    async release() {
      clearInterval(timer);
      await row.give().catch(() => {});
    },
  };
}

interface Holder {
  readonly holder: string;
  /** ISO 8601. */
  readonly since: string;
}

/** The row of the lease, as one process sees and changes it. */
class LeaseRow {
  readonly #session: Session;
  readonly #table: string;
  readonly #seconds: number;
  readonly #holder: string;
  readonly #since = new Date();

  constructor(
    session: Session,
    { keyspace, seconds, host }: {
      readonly keyspace: string;
      readonly seconds: number;
      readonly host: string | undefined;
    },
  ) {
    this.#session = session;
    this.#table = qualify(keyspace, LEASE_TABLE);
    this.#seconds = seconds;
    // In a container, every process has the same pid.
    const place = host === undefined ? "" : `${host}, `;
    this.#holder = `${place}pid ${Deno.pid}, ${crypto.randomUUID().slice(0, 8)}`;
  }

  /** Null if it is ours now; else who has it, or that the lease ended between two looks at it. */
  async take(): Promise<Holder | "gone" | null> {
    const cql = `INSERT INTO ${this.#table} (name, holder, since) VALUES (?, ?, ?)
      IF NOT EXISTS USING TTL ?`;
    return await this.#decide(cql, [NAME, this.#holder, this.#since, this.#seconds]);
  }

  async renew(): Promise<void> {
    const cql = `UPDATE ${this.#table} USING TTL ? SET holder = ?, since = ?
      WHERE name = ? IF holder = ?`;
    const values = [this.#seconds, this.#holder, this.#since, NAME, this.#holder];
    const other = await this.#decide(cql, values);
    if (other === null) return;
    throw new MigrationError(
      `Cannot continue: the lease expired after ${this.#seconds} s without a renewal, and another ` +
        '"migrate" may have taken over: run it again to continue',
    );
  }

  async give(): Promise<void> {
    const cql = `DELETE FROM ${this.#table} WHERE name = ? IF holder = ?`;
    await this.#session.query(cql, [NAME, this.#holder], { isConditional: true });
  }

  /** Runs a lightweight transaction. Where its outcome is not known, a read at `SERIAL` settles it. */
  async #decide(cql: string, values: readonly unknown[]): Promise<Holder | "gone" | null> {
    try {
      const [row] = await whenServed(() =>
        this.#session.query(cql, values, { isConditional: true })
      );
      if (row?.["[applied]"] === true) return null;
    } catch (error) {
      if (isRefusal(error)) throw error;
    }
    const found = await this.#read("SERIAL");
    if (found === null) return "gone";
    return found.holder === this.#holder ? null : found;
  }

  /** Who has it, as far as a read can tell; null if nobody seems to. */
  async holder(): Promise<Holder | null> {
    return await this.#read();
  }

  /** @param consistency default: the session's */
  async #read(consistency?: "SERIAL"): Promise<Holder | null> {
    const cql = `SELECT holder, since FROM ${this.#table} WHERE name = ?`;
    const options = consistency === undefined ? {} : { consistency };
    const [row] = await whenServed(() => this.#session.query(cql, [NAME], options));
    if (row === undefined) return null;
    return { holder: String(row.holder), since: (row.since as Date).toISOString() };
  }
}
