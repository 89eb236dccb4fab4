/**
 * Whether the service is ready, and why not: in words fit for anybody, and with the whole story for the operator,
 * who hears of each change once.
 *
 * @module
 */
import type { Observe } from "../../observe/observation.ts";

const NO_LEVEL = "too few Cassandra nodes are reachable for the consistency of any route";

export class Readiness {
  readonly #observe: Observe;
  #obstacle: string | null = "Cassandra cannot be reached yet";
  #reason: string | null = null;
  #awaitsMigrations = false;
  #isAnyServable = true;
  /** What was observed last; null before the first obstacle was met, or the first routes were served. */
  #told: { readonly obstacle: string | null; readonly reason: string | null } | null = null;

  constructor(observe: Observe) {
    this.#observe = observe;
  }

  /** Why the service is not ready; null while it is. */
  get obstacle(): string | null {
    return this.#obstacle ?? (this.#isAnyServable ? null : NO_LEVEL);
  }

  /** Whether nothing but a lack of replicas stands in the way. */
  get isClear(): boolean {
    return this.#obstacle === null;
  }

  /**
   * @param options.reason the whole story, for the operator
   * @param options.awaitsMigrations whether all that is missing is `migrate`
   */
  setObstacle(
    obstacle: string | null,
    { reason = obstacle, awaitsMigrations = false }: {
      readonly reason?: string | null;
      readonly awaitsMigrations?: boolean;
    } = {},
  ): void {
    this.#obstacle = obstacle;
    this.#reason = reason;
    this.#awaitsMigrations = awaitsMigrations;
    this.#tell();
  }

  /** Takes note whether Cassandra has the replicas up that any of the routes needs. */
  noteServable(isAnyServable: boolean): void {
    this.#isAnyServable = isAnyServable;
    if (this.#told !== null) this.#tell();
  }

  #tell(): void {
    const { obstacle } = this;
    const reason = this.isClear ? obstacle : this.#reason;
    if (obstacle === this.#told?.obstacle && reason === this.#told?.reason) return;
    this.#told = { obstacle, reason };
    const awaitsMigrations = this.#awaitsMigrations;
    this.#observe({ kind: "readiness", ready: obstacle === null, reason, awaitsMigrations });
  }
}
