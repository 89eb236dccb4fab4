/**
 * The head of a statement → what it is about, for migrations. Follows `Parser.g` of Cassandra 5 as far
 * as the names of what is created, altered, dropped or written; what it does not know is `unknown`.
 *
 * @module
 */
import type { Span } from "../../text/source.ts";
import type { StatementText } from "../../text/split.ts";
import { stringOf } from "../../text/token.ts";
import type { Alteration, DdlHead, GrantTarget, SchemaObject, WriteHead } from "../ddl_head.ts";
import { parseName, parseQualifiedName, parseType } from "./parse_name.ts";
import type { Name } from "../term.ts";
import { TokenStream } from "./token_stream.ts";

/**
 * Reads the head of one statement; never throws, whatever the text.
 *
 * @param stream of its tokens, which counts what the reading costs
 */
export function parseDdl(
  { tokens, span }: Pick<StatementText, "tokens" | "span">,
  stream: TokenStream = new TokenStream(tokens),
): DdlHead {
  return stream.attempt(() => parseHead(stream, span)) ?? { kind: "unknown", span };
}

type Verb = "create" | "alter" | "drop";

function parseHead(stream: TokenStream, span: Span): DdlHead {
  if (stream.skipKeywords("CREATE")) return parseCreate(stream, span);
  if (stream.skipKeywords("ALTER")) return parseAlter(stream, span);
  if (stream.skipKeywords("DROP")) return parseDrop(stream, span);
  if (stream.skipKeywords("USE")) {
    return { kind: "use", keyspace: parseName(stream, "a keyspace"), span };
  }
  if (stream.skipKeywords("TRUNCATE")) {
    skipOneOf(stream, TABLE);
    return { kind: "truncate", table: parseTable(stream), span };
  }
  if (stream.skipKeywords("SELECT")) {
    skipPast(stream, "FROM");
    return { kind: "select", table: parseTable(stream), span };
  }
  if (stream.skipKeywords("BEGIN")) return parseBatch(stream, span);
  if (stream.skipKeywords("GRANT")) return { kind: "grant", target: parseTarget(stream), span };
  if (stream.skipKeywords("REVOKE")) return { kind: "revoke", target: parseTarget(stream), span };
  return { ...parseWrite(stream), span };
}

function parseCreate(stream: TokenStream, span: Span): DdlHead {
  const orReplace = stream.skipKeywords("OR", "REPLACE");
  const isCustom = stream.skipKeywords("CUSTOM");
  const kind = parseKind(stream);
  if (isCustom && kind !== "index") stream.fail("an index");
  if (orReplace && kind !== "function" && kind !== "aggregate") stream.fail("a function");
  const ifNotExists = stream.skipKeywords("IF", "NOT", "EXISTS");
  const object = parseObject(kind, stream, "create");
  return { kind: "create", object, ifNotExists, orReplace, span };
}

function parseAlter(stream: TokenStream, span: Span): DdlHead {
  const kind = parseKind(stream);
  if (NEVER_ALTERED.includes(kind)) stream.fail("something that can be altered");
  const ifExists = stream.skipKeywords("IF", "EXISTS");
  const object = parseObject(kind, stream, "alter");
  const hasColumns = kind === "table" || kind === "type";
  const alteration = hasColumns ? parseAlteration(stream) : OTHER;
  return { kind: "alter", object, alteration, ifExists, span };
}

function parseDrop(stream: TokenStream, span: Span): DdlHead {
  const kind = parseKind(stream);
  const ifExists = stream.skipKeywords("IF", "EXISTS");
  return { kind: "drop", object: parseObject(kind, stream, "drop"), ifExists, span };
}

type Kind = SchemaObject["kind"];

const NEVER_ALTERED: readonly Kind[] = ["index", "trigger", "function", "aggregate"];
const KEYSPACE = ["KEYSPACE", "SCHEMA"];
const TABLE = ["TABLE", "COLUMNFAMILY"];

function parseKind(stream: TokenStream): Kind {
  if (skipOneOf(stream, KEYSPACE)) return "keyspace";
  if (skipOneOf(stream, TABLE)) return "table";
  if (skipOneOf(stream, ["ROLE", "USER"])) return "role";
  if (stream.skipKeywords("MATERIALIZED", "VIEW")) return "view";
  const others = ["type", "index", "trigger", "function", "aggregate"] as const;
  return others.find((kind) => stream.skipKeywords(kind.toUpperCase())) ??
    stream.fail("what it is about");
}

function parseObject(kind: Kind, stream: TokenStream, verb: Verb): SchemaObject {
  switch (kind) {
    case "keyspace":
      return { kind, name: parseName(stream, "a keyspace") };
    case "role":
      return { kind, name: parseRole(stream) };
    case "table":
    case "type":
      return { kind, name: parseQualifiedName(stream, `a ${kind}`) };
    case "view":
      return parseView(stream, verb);
    case "index":
      return parseIndex(stream, verb);
    case "trigger": {
      const name = parseName(stream, "a trigger");
      stream.expectKeywords("ON");
      return { kind, name, table: parseTable(stream) };
    }
    case "function":
    case "aggregate":
      return parseFunction(kind, stream, verb);
  }
}

function parseView(stream: TokenStream, verb: Verb): SchemaObject {
  const name = parseQualifiedName(stream, "a view");
  if (verb !== "create") return { kind: "view", name, table: null };
  stream.expectKeywords("AS", "SELECT");
  skipPast(stream, "FROM");
  return { kind: "view", name, table: parseTable(stream) };
}

function parseIndex(stream: TokenStream, verb: Verb): SchemaObject {
  if (verb !== "create") {
    return { kind: "index", name: parseQualifiedName(stream, "an index"), table: null };
  }
  const name = stream.atKeyword("ON") ? null : parseName(stream, "an index");
  stream.expectKeywords("ON");
  const table = parseTable(stream);
  const qualified = name === null ? null : { keyspace: null, name, span: name.span };
  return { kind: "index", name: qualified, table };
}

function parseFunction(
  kind: "function" | "aggregate",
  stream: TokenStream,
  verb: Verb,
): SchemaObject {
  const name = parseQualifiedName(stream, `a ${kind}`);
  if (!stream.skipOperator("(")) return { kind, name, argumentTypes: null };
  if (stream.skipOperator(")")) return { kind, name, argumentTypes: [] };
  const argumentTypes = stream.list(() => {
    if (verb === "create" && kind === "function") parseName(stream, "an argument");
    return parseType(stream).span;
  });
  stream.expectOperator(")");
  return { kind, name, argumentTypes };
}

const OTHER: Alteration = { kind: "other" };

function parseAlteration(stream: TokenStream): Alteration {
  if (stream.skipKeywords("ADD")) {
    stream.skipKeywords("IF", "NOT", "EXISTS");
    return { kind: "add", columns: parseColumns(stream) };
  }
  if (stream.skipKeywords("DROP", "COMPACT", "STORAGE")) return OTHER;
  if (stream.skipKeywords("DROP")) {
    stream.skipKeywords("IF", "EXISTS");
    return { kind: "drop", columns: parseColumns(stream) };
  }
  if (stream.skipKeywords("RENAME")) {
    stream.skipKeywords("IF", "EXISTS");
    return { kind: "rename", columns: parseRenames(stream) };
  }
  const isOther = stream.atKeyword("ALTER") || stream.atKeyword("WITH");
  return isOther ? OTHER : stream.fail('"ADD", "DROP", "RENAME", "ALTER" or "WITH"');
}

/** One column, or several in parentheses; after the name of each comes its type, or nothing. */
function parseColumns(stream: TokenStream): Name[] {
  if (!stream.skipOperator("(")) return [parseName(stream, "a column")];
  const columns = stream.list(() => {
    const name = parseName(stream, "a column");
    skipDefinition(stream);
    return name;
  });
  stream.expectOperator(")");
  return columns;
}

/** What follows the name of a column, up to the comma or parenthesis that ends it. */
function skipDefinition(stream: TokenStream): void {
  let depth = 0;
  while (depth > 0 || !stream.atOperator(",") && !stream.atOperator(")")) {
    const token = stream.take();
    if (token.kind !== "operator") continue;
    if ("(<".includes(token.text)) depth++;
    if (")>".includes(token.text)) depth--;
  }
}

function parseRenames(stream: TokenStream): { from: Name; to: Name }[] {
  const renames: { from: Name; to: Name }[] = [];
  do {
    const from = parseName(stream, "a column");
    stream.expectKeywords("TO");
    renames.push({ from, to: parseName(stream, "a column") });
  } while (stream.skipKeywords("AND"));
  return renames;
}

/** `INSERT`, `UPDATE` or `DELETE` up to its table. */
function parseWrite(stream: TokenStream): WriteHead {
  const start = stream.peek();
  if (start === undefined) return stream.fail("a write");
  const kind = (["insert", "update", "delete"] as const)
    .find((kind) => stream.skipKeywords(kind.toUpperCase()));
  if (kind === undefined) return stream.fail('"INSERT", "UPDATE" or "DELETE"');
  if (kind === "insert") stream.expectKeywords("INTO");
  if (kind === "delete") skipPast(stream, "FROM");
  return { kind, table: parseTable(stream), span: stream.spanFrom(start) };
}

/** The writes of a batch begin with reserved words, which occur nowhere else in it. */
function parseBatch(stream: TokenStream, span: Span): DdlHead {
  skipOneOf(stream, ["UNLOGGED", "COUNTER"]);
  stream.expectKeywords("BATCH");
  const writes: WriteHead[] = [];
  while (!stream.skipKeywords("APPLY")) {
    const isWrite = ["INSERT", "UPDATE", "DELETE"].some((word) => stream.atKeyword(word));
    if (isWrite) writes.push(parseWrite(stream));
    else stream.take();
  }
  return { kind: "batch", writes, span };
}

/** What follows `ON`; a grant of a role to another role has no `ON`. */
function parseTarget(stream: TokenStream): GrantTarget | null {
  const isRight = stream.attempt(() => {
    skipPast(stream, "ON");
    return true;
  });
  if (!isRight) return null;
  for (const things of ["TABLES", "FUNCTIONS"]) {
    if (!stream.skipKeywords("ALL", things, "IN")) continue;
    if (!skipOneOf(stream, KEYSPACE)) stream.fail('"KEYSPACE"');
    return parseObject("keyspace", stream, "alter");
  }
  if (EVERYTHING.some((things) => stream.skipKeywords("ALL", things))) {
    return { kind: "everything" };
  }
  if (skipOneOf(stream, KEYSPACE)) return parseObject("keyspace", stream, "alter");
  // These words are not reserved: they may also be the name of a table or of its keyspace.
  for (const kind of ["role", "function"] as const) {
    const object = stream.attempt(() => {
      stream.expectKeywords(kind.toUpperCase());
      return parseObject(kind, stream, "alter");
    });
    if (object !== null) return object;
  }
  const isBean = ["MBEAN", "MBEANS"].some((word) => stream.atKeyword(word)) &&
    stream.peek(1)?.kind === "string";
  if (isBean) return { kind: "everything" };
  skipOneOf(stream, TABLE);
  return { kind: "table", name: parseTable(stream) };
}

const EVERYTHING = ["KEYSPACES", "ROLES", "FUNCTIONS", "MBEANS"];

function parseTable(stream: TokenStream) {
  return parseQualifiedName(stream, "a table");
}

/** A role's name may be a string too. */
function parseRole(stream: TokenStream): Name {
  const token = stream.peek();
  if (token?.kind !== "string") return parseName(stream, "a role");
  stream.take();
  return { name: stringOf(token), span: token.span };
}

function skipOneOf(stream: TokenStream, keywords: readonly string[]): boolean {
  return keywords.some((keyword) => stream.skipKeywords(keyword));
}

/** Takes everything up to a reserved word, and the word. */
function skipPast(stream: TokenStream, keyword: string): void {
  while (!stream.skipKeywords(keyword)) stream.take();
}
