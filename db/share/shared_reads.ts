/**
 * Identical reads that run at the same time share a statement. A read that arrives while an identical one is
 * under way waits for the next flight, which is sent after the read has arrived. So it sees every write that
 * was acknowledged before it, as if it had been sent separately. The next flight leaves when the one before it
 * returns, or after a short while if that is slow. A read without company leaves at once.
 *
 * Rows are shared as bytes, and so is their text among callers who may see the same columns. The rest of the
 * answer is made for each caller.
 *
 * @module
 */
import type { Observe } from "../../observe/observation.ts";
import type { PreparedStatement, RawResult } from "../driver/internals/driver_types.ts";
import { Alarms } from "../../runtime/alarms.ts";
import { TransientMap } from "../../runtime/transient_map.ts";
import type { PreparedQuery } from "../prepare/prepared_query.ts";
import { Gate, type Gates } from "./gate.ts";
import { Landings } from "./landings.ts";
import { hashOf, isSameRead } from "./read_identity.ts";
import type { SharedRead } from "./shared_read.ts";

export class SharedReads {
  readonly #observe: Observe;
  readonly #alarms = new Alarms();
  readonly #landings = new Landings();
  readonly #seed = crypto.getRandomValues(new Int32Array(1))[0]!;
  /** Callers with other masks have another view of a query, and the same statement. */
  readonly #gates = new WeakMap<PreparedStatement, Gates>();

  constructor(observe: Observe) {
    this.#observe = observe;
  }

  /**
   * The answer to a read, which others may get as well.
   *
   * @throws {ServiceError} `timeout` at the deadline, and what `send` throws
   */
  read(prepared: PreparedQuery, read: SharedRead): Promise<RawResult> {
    const { identity } = read;
    const gates = this.#gatesOf(prepared);
    const hash = hashOf(identity, this.#seed);
    const gate = gates.get(hash);
    if (gate === undefined) {
      const query = prepared.query.name;
      const opened = new Gate({
        identity,
        gates,
        hash,
        query,
        alarms: this.#alarms,
        landings: this.#landings,
        observe: this.#observe,
      });
      return opened.open(read);
    }
    if (isSameRead(gate.identity, identity)) return gate.board(read);
    // Two reads with one hash: the second is sent separately.
    return read.send(read.deadline, read.stopwatch);
  }

  #gatesOf({ statement }: PreparedQuery): Gates {
    const known = this.#gates.get(statement);
    if (known !== undefined) return known;
    const made: Gates = new TransientMap();
    this.#gates.set(statement, made);
    return made;
  }
}
