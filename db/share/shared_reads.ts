/**
 * Reads that are the same and run at the same time share a statement. A read that arrives while the same
 * one is under way waits for the next flight, which is sent after it has come: so it sees every write that
 * was acknowledged before it, as if it had been sent alone. The next flight leaves when the one before it
 * returns, or after a short while if that is slow. A read that is alone leaves at once.
 *
 * Rows are shared as bytes. What becomes of them is each caller's.
 *
 * @module
 */
import { context } from "@opentelemetry/api";
import type { Observe } from "../../observe/observation.ts";
import { collectsSpans } from "../../observe/span_collection.ts";
import type { PreparedStatement, RawResult } from "../driver/internals/driver_types.ts";
import { Alarms } from "../driver/timing/alarms.ts";
import type { PreparedQuery } from "../prepare/prepared_query.ts";
import { Flight, type SendRead } from "./flight.ts";
import { hashOf, isSameRead, type ReadIdentity } from "./read_identity.ts";

/** Longest that a flight waits for the one before it: a node that pauses must not hold up everybody. */
const MAX_WAIT_MS = 50;

export interface SharedRead {
  readonly identity: ReadIdentity;
  /** Until when its caller waits, in the time of `performance.now()`. */
  readonly deadline: number;
}

/** What is under way of one read. */
interface Route {
  readonly identity: ReadIdentity;
  underWay: number;
  next: Flight | null;
  /** Of the wait for the next flight. */
  cancelWait: () => void;
}

/** Those of one statement, by the hash of their reads. */
type Routes = Map<number, Route>;

export class SharedReads {
  readonly #observe: Observe;
  readonly #alarms = new Alarms();
  readonly #seed = crypto.getRandomValues(new Int32Array(1))[0]!;
  /** Callers with other masks have another view of a query, and the same statement. */
  readonly #routes = new WeakMap<PreparedStatement, Routes>();

  constructor(observe: Observe) {
    this.#observe = observe;
  }

  /**
   * The answer to a read, which others may get as well.
   *
   * @param send sends the statement, unless somebody else does
   * @throws {ServiceError} `timeout` at the deadline, and what `send` throws
   */
  read(
    prepared: PreparedQuery,
    { identity, deadline }: SharedRead,
    send: SendRead,
  ): Promise<RawResult> {
    const routes = this.#routesOf(prepared);
    const hash = hashOf(identity, this.#seed);
    const route = routes.get(hash);
    if (route === undefined) {
      const result = send(deadline);
      const opened: Route = { identity, underWay: 0, next: null, cancelWait: () => {} };
      routes.set(hash, opened);
      this.#follow(result, { prepared, routes, hash, route: opened });
      return result;
    }
    // Two reads with one hash: the second goes alone.
    if (!isSameRead(route.identity, identity)) return send(deadline);
    if (route.next === null) {
      route.next = new Flight(this.#alarms);
      const at = performance.now() + MAX_WAIT_MS;
      const alarm = { ring: () => this.#depart({ prepared, routes, hash, route }) };
      this.#alarms.set(at, alarm);
      route.cancelWait = () => this.#alarms.cancel(at, alarm);
    }
    // It leaves when another request's answer comes; its span belongs to this one all the same.
    return route.next.board(
      deadline,
      collectsSpans() ? context.bind(context.active(), send) : send,
    );
  }

  #routesOf({ statement }: PreparedQuery): Routes {
    const known = this.#routes.get(statement);
    if (known !== undefined) return known;
    const made: Routes = new Map();
    this.#routes.set(statement, made);
    return made;
  }

  /** Sends the next flight. */
  #depart(at: Place): void {
    const { prepared: { query }, route } = at;
    const flight = route.next;
    route.cancelWait();
    route.next = null;
    if (flight === null) return this.#closeIfEmpty(at);
    const { size } = flight;
    const landing = flight.depart();
    if (landing === null) return this.#closeIfEmpty(at);
    if (size > 1) this.#observe({ kind: "shared_reads", query: query.name, count: size - 1 });
    this.#follow(landing, at);
  }

  /** Lets the next flight leave when this one has returned. */
  #follow(landing: Promise<unknown>, at: Place): void {
    const { route } = at;
    route.underWay++;
    const returned = () => {
      route.underWay--;
      this.#depart(at);
    };
    landing.then(returned, returned);
  }

  #closeIfEmpty({ routes, hash, route }: Place): void {
    if (route.underWay === 0) routes.delete(hash);
  }
}

interface Place {
  readonly prepared: PreparedQuery;
  readonly routes: Routes;
  readonly hash: number;
  readonly route: Route;
}
