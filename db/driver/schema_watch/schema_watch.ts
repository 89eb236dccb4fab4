/**
 * Which prepared statements may be older than the schema. A node announces a change; until a statement
 * has been checked against it, nobody knows whether the statement still means the same.
 *
 * @module
 */
import type { PreparedStatement } from "../internals/driver_types.ts";

/** The schema of a keyspace at a moment: how many changes of it were announced before. */
type Version = number;

/** For statements that do not tell their keyspace: those without markers, and batches with markers of several tables. */
const ANY = "";

/** Of a statement that has to be checked. */
const UNKNOWN: Version = -1;

/** How a change was noticed: by a node's announcement, or by a statement or a result that did not fit. */
export interface SchemaChange {
  readonly isAnnounced: boolean;
}

export type SchemaListener = (change: SchemaChange) => void;

export class SchemaWatch {
  /** Of the keyspaces that statements are about. */
  readonly #versions = new Map<string, Version>();
  /** The version that a statement was prepared or checked against. */
  readonly #checked = new WeakMap<PreparedStatement, Version>();
  /** The checks that are under way, which everybody who runs the statement waits for. */
  readonly #checks = new WeakMap<PreparedStatement, Promise<void>>();
  readonly #listeners: SchemaListener[] = [];
  /** Announcements so far, those of keyspaces included that no statement is about. */
  #announced = 0;

  /** @param keyspace its changes matter even while nothing is prepared */
  constructor(keyspace: string | null) {
    if (keyspace !== null) this.#versions.set(keyspace, 0);
  }

  /** Calls back when the schema has changed, or something shows that it has. */
  onChange(listener: SchemaListener): void {
    this.#listeners.push(listener);
  }

  /** Takes an announcement; null for any keyspace, where announcements may have been missed. */
  announce(keyspace: string | null): void {
    this.#announced++;
    const names = keyspace === null ? [...this.#versions.keys()] : [keyspace, ANY];
    const known = names.filter((name) => this.#versions.has(name));
    for (const name of known) this.#versions.set(name, this.#versions.get(name)! + 1);
    const isOurs = keyspace === null ? known.length > 0 : known.includes(keyspace);
    if (isOurs) this.#tell({ isAnnounced: true });
  }

  /** Tells the listeners that a statement or a result has shown a change. */
  notify(): void {
    this.#tell({ isAnnounced: false });
  }

  #tell(change: SchemaChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  isChecked(statement: PreparedStatement): boolean {
    return this.#checked.get(statement) === this.#versions.get(statement.keyspace ?? ANY);
  }

  /** Prepares a statement; it is as new as the schema was when that began. */
  async prepared(prepare: () => Promise<PreparedStatement>): Promise<PreparedStatement> {
    const [before, announced] = [new Map(this.#versions), this.#announced];
    const statement = await prepare();
    const keyspace = statement.keyspace ?? ANY;
    // The first statement of its keyspace: nobody knows what was announced meanwhile.
    const isMissed = !before.has(keyspace) && announced !== this.#announced;
    const isNew = !this.#versions.has(keyspace);
    if (isNew) this.#versions.set(keyspace, 0);
    this.#checked.set(statement, isMissed ? UNKNOWN : before.get(keyspace) ?? 0);
    if (isNew && isMissed) this.#tell({ isAnnounced: true });
    return statement;
  }

  /**
   * Checks a statement, once for all who wait; it is then as new as the schema was when that began. A check that
   * is under way may have begun before the last announcement, and then another one follows it.
   */
  async check(statement: PreparedStatement, check: () => Promise<void>): Promise<void> {
    const running = this.#checks.get(statement);
    if (running !== undefined) {
      await running;
      if (this.isChecked(statement)) return;
    }
    await (this.#checks.get(statement) ?? this.#begin(statement, check));
  }

  #begin(statement: PreparedStatement, check: () => Promise<void>): Promise<void> {
    const version = this.#versions.get(statement.keyspace ?? ANY);
    const checking = check().then(() => {
      if (version !== undefined) this.#checked.set(statement, version);
    }).finally(() => this.#checks.delete(statement));
    this.#checks.set(statement, checking);
    return checking;
  }
}
