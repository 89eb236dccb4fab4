/**
 * Whether the change of a migration's statement is there already, by the schema tables. Asked when a runner
 * stopped between a statement and its record.
 *
 * @module
 */
import type { Alteration, DdlHead, SchemaObject } from "../../../catalog/statement/ddl_head.ts";
import type { Name, QualifiedName } from "../../../catalog/statement/term.ts";
import type { Session } from "../../driver/session.ts";

/** `unknown` if the schema tables do not say, as for rows. */
export type Change = "there" | "missing" | "unknown";

/**
 * @param options.keyspace of names without one
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function findChange(
  session: Session,
  { head, keyspace }: { readonly head: DdlHead; readonly keyspace: string },
): Promise<Change> {
  const schema = new SchemaTables(session, keyspace);
  switch (head.kind) {
    case "create":
      return changeOf(await schema.has(head.object));
    case "drop": {
      const exists = await schema.has(head.object);
      return changeOf(exists === null ? null : !exists);
    }
    case "alter": {
      const { object } = head;
      if (object.kind !== "table" && object.kind !== "type") return "unknown";
      return alterationIn(await schema.columnsOf(object.kind, object.name), head.alteration);
    }
    default:
      return "unknown";
  }
}

function changeOf(exists: boolean | null): Change {
  if (exists === null) return "unknown";
  return exists ? "there" : "missing";
}

/** One statement adds, drops or renames all of its columns or none. */
function alterationIn(columns: ReadonlySet<string>, alteration: Alteration): Change {
  switch (alteration.kind) {
    case "add":
      return changeOf(all(alteration.columns, ({ name }) => columns.has(name)));
    case "drop":
      return changeOf(all(alteration.columns, ({ name }) => !columns.has(name)));
    case "rename":
      return changeOf(
        all(alteration.columns, ({ from, to }) => columns.has(to.name) && !columns.has(from.name)),
      );
    case "other":
      return "unknown";
  }
}

/** Null if it holds for some and not for others. */
function all<T>(items: readonly T[], holds: (item: T) => boolean): boolean | null {
  const count = items.filter(holds).length;
  if (count === items.length) return true;
  return count === 0 ? false : null;
}

/** The tables of `system_schema`. */
class SchemaTables {
  readonly #session: Session;
  readonly #keyspace: string;

  constructor(session: Session, keyspace: string) {
    this.#session = session;
    this.#keyspace = keyspace;
  }

  /** Null if the schema tables do not say. */
  async has(object: SchemaObject): Promise<boolean | null> {
    switch (object.kind) {
      case "table":
        return await this.#hasName("tables", "table_name", object.name);
      case "type":
        return await this.#hasName("types", "type_name", object.name);
      case "view":
        return await this.#hasName("views", "view_name", object.name);
      case "index":
        return object.name === null ? null : await this.#hasIndex(object.name, object.table);
      case "trigger":
        return await this.#hasTrigger(object.name, object.table);
      case "function":
      case "aggregate":
        return object.argumentTypes === null ? null : await this.#hasFunction(object);
      // Of the cluster, and not ours to look up.
      case "keyspace":
      case "role":
        return null;
    }
  }

  async columnsOf(kind: "table" | "type", name: QualifiedName): Promise<ReadonlySet<string>> {
    const values = [this.#keyspaceOf(name), name.name.name];
    if (kind === "table") {
      const rows = await this.#session.query(
        `SELECT column_name FROM system_schema.columns
          WHERE keyspace_name = ? AND table_name = ?`,
        values,
      );
      return new Set(rows.map(({ column_name }) => String(column_name)));
    }
    const [row] = await this.#session.query(
      "SELECT field_names FROM system_schema.types WHERE keyspace_name = ? AND type_name = ?",
      values,
    );
    return new Set((row?.field_names ?? []) as string[]);
  }

  async #hasName(table: string, column: string, name: QualifiedName): Promise<boolean> {
    const rows = await this.#session.query(
      `SELECT ${column} FROM system_schema.${table} WHERE keyspace_name = ? AND ${column} = ?`,
      [this.#keyspaceOf(name), name.name.name],
    );
    return rows.length > 0;
  }

  /** @param table null where it is dropped; an index belongs to the keyspace of its table */
  async #hasIndex(index: QualifiedName, table: QualifiedName | null): Promise<boolean> {
    const keyspace = table === null ? this.#keyspaceOf(index) : this.#keyspaceOf(table);
    const rows = await this.#session.query(
      "SELECT index_name FROM system_schema.indexes WHERE keyspace_name = ?",
      [keyspace],
    );
    return rows.some(({ index_name }) => index_name === index.name.name);
  }

  async #hasTrigger({ name }: Name, table: QualifiedName): Promise<boolean> {
    const rows = await this.#session.query(
      `SELECT trigger_name FROM system_schema.triggers
        WHERE keyspace_name = ? AND table_name = ? AND trigger_name = ?`,
      [this.#keyspaceOf(table), table.name.name, name],
    );
    return rows.length > 0;
  }

  /** Whether there is one of the name with as many arguments; null if their types could still differ. */
  async #hasFunction(
    { kind, name, argumentTypes }: SchemaObject & { readonly kind: "function" | "aggregate" },
  ): Promise<boolean | null> {
    const rows = await this.#session.query(
      `SELECT argument_types FROM system_schema.${kind}s
        WHERE keyspace_name = ? AND ${kind}_name = ?`,
      [this.#keyspaceOf(name), name.name.name],
    );
    const count = argumentTypes?.length ?? 0;
    const similar = rows.filter((row) => (row.argument_types as string[]).length === count);
    if (similar.length === 0) return false;
    return count === 0 ? true : null;
  }

  #keyspaceOf(name: QualifiedName): string {
    return name.keyspace?.name ?? this.#keyspace;
  }
}
