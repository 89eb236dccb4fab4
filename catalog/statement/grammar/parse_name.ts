/**
 * Names: of columns, fields, tables, types. Follows `cident`, `ident`, `columnFamilyName` and
 * `comparatorType` of `Parser.g`.
 *
 * @module
 */

import { isOperator, nameOf, type Token } from "../../text/token.ts";
import { isReserved } from "../reserved_words.ts";
import type { Name, QualifiedName, TypeName } from "../term.ts";
import type { TokenStream } from "./token_stream.ts";

/** The types that are keywords, and so cannot name user-defined types. */
const NATIVE_TYPES: ReadonlySet<string> = new Set(
  ("ascii bigint blob boolean counter date decimal double duration float inet int smallint text time " +
    "timestamp timeuuid tinyint uuid varchar varint").split(" "),
);

const GENERIC_TYPES = ["frozen", "list", "map", "set", "tuple", "vector"];

/** Words that can name columns and tables, but not functions. */
const NO_FUNCTIONS: ReadonlySet<string> = new Set(
  ["cast", "distinct", "json", "key", "maxwritetime", "ttl", "writetime"],
);

/** Words that can name columns and tables, but not types. */
const NO_TYPES: ReadonlySet<string> = new Set(
  ["cast", "count", "distinct", "json", "maxwritetime", "ttl", "writetime"],
);

/** The class of a type in quotes, such as `'org.apache.cassandra.db.marshal.Int32Type'`. */
const TYPE_CLASS = /^'[\w.]*Type(?:\([^']*\))?'$/;

/** Names that no type can have without quotes, in exactly this spelling. */
const RESERVED_TYPES: ReadonlySet<string> = new Set(
  ["bitstring", "byte", "complex", "enum", "interval", "macaddr"],
);

/** Whether a token can be the name of something. */
export function isName(token: Token | undefined): boolean {
  return token?.kind === "quoted" ? token.text !== '""' : isPlainName(token);
}

/** Whether a token can be the name of a function. */
function isFunctionName(token: Token | undefined): boolean {
  if (token?.kind !== "word") return isName(token);
  const word = token.text.toLowerCase();
  return word === "token" || isPlainName(token) && !NO_FUNCTIONS.has(word);
}

/** Whether a token can be the name of a column. In very old tables that may be the empty name, `""`. */
export function isColumnName(token: Token | undefined): boolean {
  return token?.kind === "quoted" || isName(token);
}

export function parseName(stream: TokenStream, what = "a name"): Name {
  return isName(stream.peek()) ? takeName(stream) : stream.fail(what);
}

export function parseColumn(stream: TokenStream): Name {
  return isColumnName(stream.peek()) ? takeName(stream) : stream.fail("a column");
}

/** `keyspace.name`, or the name alone. */
export function parseQualifiedName(stream: TokenStream, what: string): QualifiedName {
  const first = parseName(stream, what);
  if (!stream.skipOperator(".")) return { keyspace: null, name: first, span: first.span };
  const name = parseName(stream, what);
  return { keyspace: first, name, span: stream.spanFrom(first) };
}

/** Whether a function call comes next. */
export function atCall(stream: TokenStream): boolean {
  const isCall = (distance: number) =>
    isFunctionName(stream.peek(distance)) && isOperator(stream.peek(distance + 1), "(");
  return isCall(0) || isName(stream.peek()) && isOperator(stream.peek(1), ".") && isCall(2);
}

/** The name of the function whose call comes next. */
export function parseFunctionName(stream: TokenStream): QualifiedName {
  const first = takeName(stream);
  if (!stream.skipOperator(".")) return { keyspace: null, name: first, span: first.span };
  const name = takeName(stream);
  return { keyspace: first, name, span: stream.spanFrom(first) };
}

/** The type of a cast: a native one. */
export function parseNativeType(stream: TokenStream): TypeName {
  if (!isNativeType(stream.peek())) stream.fail("a native type");
  return typeName(stream.take().span);
}

/** A type of any kind; whether a type has that name is for the server to say. */
export function parseType(stream: TokenStream): TypeName {
  const start = stream.peek();
  if (start === undefined) return stream.fail("a type");
  stream.nested(() => skipType(stream));
  return typeName(stream.spanFrom(start));
}

function skipType(stream: TokenStream): void {
  const token = stream.peek();
  if (token?.kind === "string" && TYPE_CLASS.test(token.text)) stream.take();
  else if (token?.kind === "word" && isOperator(stream.peek(1), "<")) skipGenericType(stream);
  else if (isNativeType(token)) stream.take();
  else skipUserType(stream);
}

function skipGenericType(stream: TokenStream): void {
  const word = stream.peek()!.text.toLowerCase();
  if (!GENERIC_TYPES.includes(word)) stream.fail("a type");
  stream.take();
  stream.expectOperator("<");
  if (word === "frozen" && isNativeType(stream.peek())) {
    stream.fail("a collection, a tuple or a user-defined type");
  }
  parseType(stream);
  if (word === "map") {
    stream.expectOperator(",");
    parseType(stream);
  } else if (word === "vector") {
    stream.expectOperator(",");
    if (stream.peek()?.kind !== "integer") stream.fail("the dimension of the vector");
    stream.take();
  } else if (word === "tuple") {
    while (stream.skipOperator(",")) parseType(stream);
  }
  stream.expectOperator(">");
}

function skipUserType(stream: TokenStream): void {
  if (isName(stream.peek()) && isOperator(stream.peek(1), ".")) {
    stream.take();
    stream.take();
  }
  const name = stream.peek();
  const word = name?.kind === "word" ? name.text.toLowerCase() : "";
  const isTaken = isNativeType(name) || NO_TYPES.has(word) || RESERVED_TYPES.has(name?.text ?? "");
  if (!isName(name) || isTaken) stream.fail("a type");
  stream.take();
}

function isNativeType(token: Token | undefined): boolean {
  return token?.kind === "word" && NATIVE_TYPES.has(token.text.toLowerCase());
}

function isPlainName(token: Token | undefined): boolean {
  return token?.kind === "word" && !isReserved(token.text);
}

function takeName(stream: TokenStream): Name {
  const token = stream.take();
  return { name: nameOf(token) ?? "", span: token.span };
}

function typeName(span: TypeName["span"]): TypeName {
  return { text: span.file.text.slice(span.start, span.end), span };
}
