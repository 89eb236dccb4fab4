/**
 * Decides which data centre serves this process: the local one while a node of it is up, else the first of
 * the others in the configured order that has one. Coming back waits, since a data centre that was away
 * reads stale until it is repaired.
 *
 * It only decides; `connection.ts` connects.
 *
 * @module
 */

export interface FailoverPlan {
  /** In the order in which they are tried; empty for no failover. */
  readonly failoverDatacenters: readonly string[];
  /** How long most of the local nodes have to be up before it comes back; null if an operator says when. */
  readonly failbackDelayMs: number | null;
}

/** The ways to act. */
export interface FailoverMoves {
  /** Serves from another data centre; false if no node of it is up. Never rejects. */
  moveTo(datacenter: string): Promise<boolean>;
  /** Serves from the local one again. */
  comeBack(): void;
}

/** The nodes that are up now. */
export interface FailoverView {
  /** Where it is served from; null for the local data centre. */
  readonly away: string | null;
  /** Nodes of that data centre that are up. */
  readonly up: number;
  /** Nodes of the local data centre, and how many of them are up. */
  readonly localKnown: number;
  readonly localUp: number;
}

/** A shorter outage, for example of the connections only, does not justify a failover. */
const GRACE_MS = 1_000;

export class Failover {
  readonly #plan: FailoverPlan;
  readonly #moves: FailoverMoves;
  #view: FailoverView = { away: null, up: 1, localKnown: 1, localUp: 1 };
  #leaving: ReturnType<typeof setTimeout> | null = null;
  #isMoving = false;
  #returning: ReturnType<typeof setTimeout> | null = null;
  #mayReturn = false;
  #isClosed = false;

  constructor(plan: FailoverPlan, moves: FailoverMoves) {
    this.#plan = plan;
    this.#moves = moves;
  }

  /** Notes which nodes are up, and acts once that has lasted long enough. */
  note(view: FailoverView): void {
    if (this.#plan.failoverDatacenters.length === 0 || this.#isClosed) return;
    this.#view = view;
    if (view.up > 0) this.#stopLeaving();
    else if (view.away !== null && view.localUp > 0) return this.#comeBack();
    else this.#leaving ??= setTimeout(() => this.#leave(), GRACE_MS);
    if (view.away === null || !hasMost(view)) return this.#stopReturning();
    const { failbackDelayMs } = this.#plan;
    if (this.#mayReturn) this.#comeBack();
    else if (failbackDelayMs !== null) {
      this.#returning ??= setTimeout(() => this.#comeBack(), failbackDelayMs);
    }
  }

  /** Lets it come back without the delay, as soon as most of the local nodes are up, or not any more. */
  allowReturn(isAllowed: boolean): void {
    this.#mayReturn = isAllowed;
    if (isAllowed) this.note(this.#view);
  }

  /** Nothing begins after it. A move that is under way is the last. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  async #leave(): Promise<void> {
    this.#leaving = null;
    if (this.#isMoving) return;
    this.#isMoving = true;
    for (const datacenter of this.#plan.failoverDatacenters) {
      if (this.#isClosed || datacenter === this.#view.away || this.#view.up > 0) continue;
      if (await this.#moves.moveTo(datacenter)) break;
    }
    this.#isMoving = false;
    // Nothing else tells of a data centre that this process is not connected to.
    this.note(this.#view);
  }

  #comeBack(): void {
    this.#stop();
    this.#moves.comeBack();
  }

  #stop(): void {
    this.#stopLeaving();
    this.#stopReturning();
  }

  #stopLeaving(): void {
    if (this.#leaving !== null) clearTimeout(this.#leaving);
    this.#leaving = null;
  }

  #stopReturning(): void {
    if (this.#returning !== null) clearTimeout(this.#returning);
    this.#returning = null;
  }
}

/** While most of its nodes are away, a data centre would fail requests that the other one serves. */
function hasMost({ localKnown, localUp }: FailoverView): boolean {
  return localUp > localKnown / 2;
}
