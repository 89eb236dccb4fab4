/**
 * The head of a statement → what it is about, for migrations. Follows `Parser.g` of Cassandra 5 as far
 * as the names of what is created, altered, dropped or written; what it does not know is `unknown`.
 *
 * @module
 */
import type { Span } from "../text/source.ts";
import type { StatementText } from "../text/split.ts";
import { isKeyword } from "../text/token.ts";
import type {
  Alteration,
  DdlHead,
  GrantTarget,
  NameNode,
  SchemaObject,
  WriteHead,
} from "./ddl_head.ts";
import { spanOf, TokenCursor } from "./token_cursor.ts";

const KEYSPACE = ["KEYSPACE", "SCHEMA"];
const TABLE = ["TABLE", "COLUMNFAMILY"];

/** Reads the head of one statement; never throws, whatever the text. */
export function parseDdl({ tokens, span }: Pick<StatementText, "tokens" | "span">): DdlHead {
  const at = new TokenCursor(tokens);
  const verb = at.acceptOne(Object.keys(READERS));
  const head = verb === null ? null : READERS[verb]!(at, span);
  return head ?? { kind: "unknown", span };
}

type HeadReader = (at: TokenCursor, span: Span) => DdlHead | null;

const READERS: Readonly<Record<string, HeadReader>> = {
  CREATE: readCreate,
  ALTER: readAlter,
  DROP: readDrop,
  USE: (at, span) => withName(at.name(), (keyspace) => ({ kind: "use", keyspace, span })),
  TRUNCATE: (at, span) => {
    at.acceptOne(TABLE);
    return readWrite("truncate", at, span);
  },
  INSERT: (at, span) => at.accept("INTO") ? readWrite("insert", at, span) : null,
  UPDATE: (at, span) => readWrite("update", at, span),
  DELETE: (at, span) => at.skipPast("FROM") ? readWrite("delete", at, span) : null,
  BEGIN: readBatch,
  SELECT: (at, span) =>
    at.skipPast("FROM")
      ? withName(at.qualifiedName(), (table) => ({ kind: "select", table, span }))
      : null,
  GRANT: (at, span) => readGrant("grant", at, span),
  REVOKE: (at, span) => readGrant("revoke", at, span),
};

function withName<N, T>(name: N | null, make: (name: N) => T): T | null {
  return name === null ? null : make(name);
}

function readCreate(at: TokenCursor, span: Span): DdlHead | null {
  const orReplace = at.accept("OR", "REPLACE");
  const isCustom = at.accept("CUSTOM");
  if (isCustom && !at.isAt("INDEX")) return null;
  const kind = readObjectKind(at);
  if (kind === null) return null;
  if (orReplace && kind !== "function" && kind !== "aggregate") return null;
  const ifNotExists = at.accept("IF", "NOT", "EXISTS");
  const object = readObject(kind, at, "create");
  return withName(object, (object) => ({ kind: "create", object, ifNotExists, orReplace, span }));
}

function readAlter(at: TokenCursor, span: Span): DdlHead | null {
  const kind = readObjectKind(at);
  if (kind === null || NEVER_ALTERED.includes(kind)) return null;
  const ifExists = at.accept("IF", "EXISTS");
  const object = readObject(kind, at, "alter");
  if (object === null) return null;
  const hasColumns = kind === "table" || kind === "type";
  const alteration = hasColumns ? readAlteration(at) : OTHER;
  return withName(alteration, (alteration) => ({
    kind: "alter",
    object,
    alteration,
    ifExists,
    span,
  }));
}

function readDrop(at: TokenCursor, span: Span): DdlHead | null {
  const kind = readObjectKind(at);
  if (kind === null) return null;
  const ifExists = at.accept("IF", "EXISTS");
  const object = readObject(kind, at, "drop");
  return withName(object, (object) => ({ kind: "drop", object, ifExists, span }));
}

type ObjectKind = SchemaObject["kind"];

const NEVER_ALTERED: readonly ObjectKind[] = ["index", "trigger", "function", "aggregate"];

function readObjectKind(at: TokenCursor): ObjectKind | null {
  if (at.acceptOne(KEYSPACE)) return "keyspace";
  if (at.acceptOne(TABLE)) return "table";
  if (at.accept("MATERIALIZED", "VIEW")) return "view";
  if (at.acceptOne(["ROLE", "USER"])) return "role";
  const keyword = at.acceptOne(["TYPE", "INDEX", "TRIGGER", "FUNCTION", "AGGREGATE"]);
  return keyword?.toLowerCase() as ObjectKind | undefined ?? null;
}

function readObject(
  kind: ObjectKind,
  at: TokenCursor,
  verb: "create" | "alter" | "drop",
): SchemaObject | null {
  switch (kind) {
    case "keyspace":
      return withName(at.name(), (name) => ({ kind, name }));
    case "role":
      return withName(at.roleName(), (name) => ({ kind, name }));
    case "table":
    case "type":
      return withName(at.qualifiedName(), (name) => ({ kind, name }));
    case "view":
      return readView(at, verb === "create");
    case "index":
      return verb === "create"
        ? readIndex(at)
        : withName(at.qualifiedName(), (name) => ({ kind, name, table: null }));
    case "trigger":
      return readTrigger(at);
    case "function":
    case "aggregate":
      return readFunction(kind, at, { named: verb === "create" && kind === "function" });
  }
}

function readView(at: TokenCursor, isNew: boolean): SchemaObject | null {
  const name = at.qualifiedName();
  if (name === null) return null;
  if (!isNew) return { kind: "view", name, table: null };
  if (!at.accept("AS", "SELECT") || !at.skipPast("FROM")) return null;
  return withName(at.qualifiedName(), (table) => ({ kind: "view", name, table }));
}

function readIndex(at: TokenCursor): SchemaObject | null {
  const name = at.isAt("ON") ? null : at.qualifiedName();
  if (name !== null && name.keyspace !== null) return null;
  if (!at.accept("ON")) return null;
  return withName(at.qualifiedName(), (table) => ({ kind: "index", name, table }));
}

function readTrigger(at: TokenCursor): SchemaObject | null {
  const name = at.name();
  if (name === null || !at.accept("ON")) return null;
  return withName(at.qualifiedName(), (table) => ({ kind: "trigger", name, table }));
}

/** @param options.named whether each argument has a name before its type */
function readFunction(
  kind: "function" | "aggregate",
  at: TokenCursor,
  { named }: { readonly named: boolean },
): SchemaObject | null {
  const name = at.qualifiedName();
  if (name === null) return null;
  const list = at.list();
  if (list === null) return { kind, name, argumentTypes: null };
  const argumentTypes: Span[] = [];
  for (const tokens of list) {
    const [first, ...rest] = named ? tokens.slice(1) : tokens;
    if (first === undefined) return null;
    argumentTypes.push(spanOf([first, ...rest]));
  }
  return { kind, name, argumentTypes };
}

const OTHER: Alteration = { kind: "other" };

function readAlteration(at: TokenCursor): Alteration | null {
  if (at.accept("ADD")) {
    at.accept("IF", "NOT", "EXISTS");
    return readColumns("add", at);
  }
  if (at.accept("DROP", "COMPACT", "STORAGE")) return OTHER;
  if (at.accept("DROP")) {
    at.accept("IF", "EXISTS");
    return readColumns("drop", at);
  }
  if (at.accept("RENAME")) {
    at.accept("IF", "EXISTS");
    return readRenames(at);
  }
  return at.isAt("ALTER") || at.isAt("WITH") ? OTHER : null;
}

/** One column, or several in parentheses; what follows the name of each is its type. */
function readColumns(kind: "add" | "drop", at: TokenCursor): Alteration | null {
  const columns: NameNode[] = [];
  for (const tokens of at.list() ?? [null]) {
    const name = (tokens === null ? at : new TokenCursor(tokens)).name();
    if (name === null) return null;
    columns.push(name);
  }
  return columns.length === 0 ? null : { kind, columns };
}

function readRenames(at: TokenCursor): Alteration | null {
  const columns: { from: NameNode; to: NameNode }[] = [];
  do {
    const from = at.name();
    const to = at.accept("TO") ? at.name() : null;
    if (from === null || to === null) return null;
    columns.push({ from, to });
  } while (at.accept("AND"));
  return { kind: "rename", columns };
}

function readWrite(kind: WriteHead["kind"], at: TokenCursor, span: Span): WriteHead | null {
  return withName(at.qualifiedName(), (table) => ({ kind, table, span }));
}

/** The statements of a batch begin with reserved words, which stand nowhere else in it. */
function readBatch(at: TokenCursor, span: Span): DdlHead | null {
  at.acceptOne(["UNLOGGED", "COUNTER"]);
  if (!at.accept("BATCH")) return null;
  const writes: WriteHead[] = [];
  for (const tokens of at.splitBefore(["INSERT", "UPDATE", "DELETE", "APPLY"])) {
    if (isKeyword(tokens[0], "APPLY")) break;
    const head = parseDdl({ tokens, span: spanOf(tokens) });
    if (head.kind !== "insert" && head.kind !== "update" && head.kind !== "delete") return null;
    writes.push(head);
  }
  return { kind: "batch", writes, span };
}

/** `ON <resource>`; a role that is granted to another has none. */
function readGrant(kind: "grant" | "revoke", at: TokenCursor, span: Span): DdlHead | null {
  if (!at.skipPast("ON")) return { kind, target: null, span };
  return withName(readGrantTarget(at), (target) => ({ kind, target, span }));
}

function readGrantTarget(at: TokenCursor): GrantTarget | null {
  for (const things of ["TABLES", "FUNCTIONS"]) {
    if (!at.accept("ALL", things, "IN")) continue;
    if (at.acceptOne(KEYSPACE) === null) return null;
    return withName(at.name(), (name) => ({ kind: "keyspace", name }));
  }
  if (["KEYSPACES", "ROLES", "FUNCTIONS", "MBEANS"].some((things) => at.accept("ALL", things))) {
    return { kind: "everything" };
  }
  // Only KEYSPACE is reserved: the other words may be the name of a table or of its keyspace.
  return at.attempt(() => at.acceptOne(KEYSPACE) ? readObject("keyspace", at, "alter") : null) ??
    at.attempt(() => at.accept("ROLE") ? readObject("role", at, "alter") : null) ??
    at.attempt(() => at.accept("FUNCTION") ? readObject("function", at, "alter") : null) ??
    at.attempt(() => readBean(at)) ??
    readGrantTable(at);
}

function readBean(at: TokenCursor): GrantTarget | null {
  const isBean = at.acceptOne(["MBEAN", "MBEANS"]) !== null && at.current?.kind === "string";
  return isBean ? { kind: "everything" } : null;
}

function readGrantTable(at: TokenCursor): GrantTarget | null {
  at.acceptOne(TABLE);
  return withName(at.qualifiedName(), (name) => ({ kind: "table", name }));
}
