/**
 * Which prepared statements may be older than the schema. A node announces a change; until a statement
 * has been checked against it, nobody knows whether the statement still means the same.
 *
 * A change of a table concerns only the statements of that table, if all nodes had the same schema when they were
 * prepared (`schema_basis.ts`). Any other change, such as that of a type or a function, concerns all statements of
 * its keyspace.
 *
 * @module
 */
import type { PreparedStatement } from "../internals/driver_types.ts";
import type { SchemaBasis, SchemaMoment } from "./schema_basis.ts";
import type { SchemaEvent } from "./schema_event.ts";

/** For statements that do not tell their keyspace: those without markers, and batches with markers of several tables. */
const ANY = "";

/** How a change was noticed: by a node's announcement, or by a statement or a result that did not fit. */
export interface SchemaChange {
  readonly isAnnounced: boolean;
}

export type SchemaListener = (change: SchemaChange) => void;

/** What a statement is about: a whole keyspace, or some of its tables and what all of its tables share. */
interface Subject {
  /** The last change of it that was announced. */
  changedAt: SchemaMoment;
}

interface Keyspace {
  readonly whole: Subject;
  /** By the names of the tables, sorted, as JSON. */
  readonly tables: Map<string, Subject & { readonly names: ReadonlySet<string> }>;
}

/** What a statement was prepared or checked against. */
interface Standing {
  readonly subject: Subject;
  readonly at: SchemaMoment;
}

/** Tables of one keyspace. */
export interface TableNames {
  readonly keyspace: string;
  readonly tables: readonly string[];
}

export class SchemaWatch {
  /** Those that statements are about. */
  readonly #keyspaces = new Map<string, Keyspace>();
  readonly #standings = new WeakMap<PreparedStatement, Standing>();
  /** What statements were prepared against that are watched by their tables. */
  readonly #watched = new WeakMap<PreparedStatement, Standing & { readonly keyspace: string }>();
  /** The checks that are under way, which everybody who runs the statement waits for. */
  readonly #checks = new WeakMap<PreparedStatement, Promise<void>>();
  readonly #listeners: SchemaListener[] = [];
  #now: SchemaMoment = 0;
  /** When a statement or a result was last found not to fit. */
  #foundAt: SchemaMoment = 0;

  /** @param keyspace its changes matter even while nothing is prepared */
  constructor(keyspace: string | null) {
    if (keyspace !== null) this.#add(keyspace);
  }

  /** Counts the changes that were noticed so far, those of keyspaces included that no statement is about. */
  get now(): SchemaMoment {
    return this.#now;
  }

  /** Calls back when the schema has changed, or something shows that it has. */
  onChange(listener: SchemaListener): void {
    this.#listeners.push(listener);
  }

  /** Takes an announcement; null for changes of any kind, where announcements may have been missed. */
  announce(event: SchemaEvent | null): void {
    const now = ++this.#now;
    for (const [name, { whole, tables }] of this.#keyspaces) {
      if (event !== null && name !== event.keyspace && name !== ANY) continue;
      whole.changedAt = now;
      const table = event?.table ?? null;
      for (const subject of tables.values()) {
        if (table === null || subject.names.has(table)) subject.changedAt = now;
      }
    }
    const isOurs = event === null ? this.#keyspaces.size > 0 : this.#keyspaces.has(event.keyspace);
    if (isOurs) this.#tell({ isAnnounced: true });
  }

  /** Tells the listeners that a statement or a result has shown a change. Nobody knows what else has changed. */
  notify(): void {
    this.#foundAt = ++this.#now;
    this.#tell({ isAnnounced: false });
  }

  #tell(change: SchemaChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  isChecked(statement: PreparedStatement): boolean {
    const standing = this.#standings.get(statement);
    return standing !== undefined && standing.at >= standing.subject.changedAt;
  }

  /** Prepares a statement; it is as new as the schema was when that began. */
  async prepared(prepare: () => Promise<PreparedStatement>): Promise<PreparedStatement> {
    const at = this.#now;
    const statement = await prepare();
    const name = statement.keyspace ?? ANY;
    const isNew = !this.#keyspaces.has(name);
    const { whole: subject } = this.#keyspaces.get(name) ?? this.#add(name);
    this.#standings.set(statement, { subject, at });
    // The first statement of its keyspace: nobody knows what was announced meanwhile.
    if (isNew && at !== this.#now) this.#tell({ isAnnounced: true });
    return statement;
  }

  /** A copy of a statement was prepared when that was. */
  noteCopy(copy: PreparedStatement, original: PreparedStatement): void {
    const standing = this.#standings.get(original);
    if (standing !== undefined) this.#standings.set(copy, standing);
  }

  /** Any change so far may have been one of this keyspace. */
  #add(keyspace: string): Keyspace {
    const added: Keyspace = { whole: { changedAt: this.#now }, tables: new Map() };
    this.#keyspaces.set(keyspace, added);
    return added;
  }

  /**
   * From now on a statement is concerned only by changes of its own tables, and of what all tables of a keyspace
   * share.
   *
   * @param names of all tables that it depends on
   * @param basis on which it follows from them, taken before it was prepared
   */
  watchTables(
    statement: PreparedStatement,
    { keyspace, tables }: TableNames,
    { moment: at }: SchemaBasis,
  ): void {
    const known = this.#keyspaces.get(keyspace) ?? this.#add(keyspace);
    const names = new Set(tables);
    const key = JSON.stringify([...names].sort());
    // Any change of the keyspace so far may have been one of these tables.
    const subject = known.tables.get(key) ?? { names, changedAt: known.whole.changedAt };
    known.tables.set(key, subject);
    this.#standings.set(statement, { subject, at });
    this.#watched.set(statement, { subject, at, keyspace });
  }

  /**
   * Whether a statement that is watched by its tables still follows from them: nothing has changed that concerns it,
   * as far as anybody knows.
   *
   * @param now what others are prepared on
   */
  isUnchanged(statement: PreparedStatement, now: SchemaBasis): boolean {
    const watched = this.#watched.get(statement);
    if (watched === undefined || watched.at < this.#foundAt) return false;
    // A view that was made since then changes what is known of its table, and is announced by its own name.
    const hasViews = now.withViews?.has(watched.keyspace) ?? true;
    return watched.at >= watched.subject.changedAt && !hasViews;
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
    const at = this.#now;
    const subject = this.#keyspaces.get(statement.keyspace ?? ANY)?.whole;
    const checking = check().then(() => {
      // The node that was asked may be behind the others, so the next change, of whatever, is a reason to ask again.
      if (subject !== undefined) this.#standings.set(statement, { subject, at });
    }).finally(() => this.#checks.delete(statement));
    this.#checks.set(statement, checking);
    return checking;
  }
}
