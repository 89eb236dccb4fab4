/**
 * A session of a process that is killed right after it has written what contains certain words: from then
 * on nothing of it reaches Cassandra.
 *
 * @module
 */
import { Session, type SessionOptions } from "../../db/driver/session.ts";

export class MortalSession extends Session {
  readonly #lastWords: string;

  constructor(options: SessionOptions, lastWords: string) {
    super(options);
    this.#lastWords = lastWords;
  }

  isDead = false;

  override run(...args: Parameters<Session["run"]>): ReturnType<Session["run"]> {
    return this.#until(args[0], () => super.run(...args));
  }

  override query(...args: Parameters<Session["query"]>): ReturnType<Session["query"]> {
    return this.#until(args[0], () => super.query(...args));
  }

  async #until<T>(cql: string, send: () => Promise<T>): Promise<T> {
    if (this.isDead) throw new Error("Killed");
    const answer = await send();
    if (!cql.includes(this.#lastWords)) return answer;
    this.isDead = true;
    throw new Error("Killed");
  }
}
