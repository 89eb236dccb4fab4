/**
 * The parser of statements against Cassandra itself: what PREPARE accepts is read, with the markers that
 * the server finds; what the server cannot parse is not read.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import fc from "fast-check";
import { bindMarkers } from "../../catalog/statement/marker_roles.ts";
import { parseStatement } from "../../catalog/statement/grammar/parse_statement.ts";
import { lex, wholeFile } from "../../catalog/text/lex.ts";
import { prepareStatement } from "../../db/driver/statements/statement.ts";
import { isRefusal } from "../../db/driver/failures/refusal.ts";
import { CORPUS_SCHEMA, REFUSED, SERVED } from "./cql_corpus.ts";
import { anyStatement, mutatedStatement } from "../support/cql/generate_cql.ts";
import { createTestKeyspace, type TestKeyspace } from "../support/cassandra/keyspace.ts";

/** What the server says of a statement. */
type Verdict =
  | { readonly kind: "accepted"; readonly markers: readonly string[] }
  /** It is spelt as it should be, and means nothing. */
  | { readonly kind: "meaningless" }
  | { readonly kind: "unreadable"; readonly message: string };

/** Statements that the server is asked about at the same time. */
const AT_ONCE = 64;

const SEED = 20_260_101;

async function ask(client: cassandra.Client, text: string): Promise<Verdict> {
  try {
    const { binds } = await prepareStatement(client, text);
    return { kind: "accepted", markers: binds.map(({ name }) => name) };
  } catch (error) {
    const { syntaxError, serverError } = cassandra.types.responseErrorCodes;
    const code = error instanceof cassandra.errors.ResponseError ? error.code : null;
    // Cassandra reads some statements, and then fails by itself, with a ClassCastException.
    if (!isRefusal(error) && code !== serverError) {
      throw new Error(`Cannot prepare ${text}`, { cause: error });
    }
    const isUnreadable = code === syntaxError;
    return isUnreadable ? { kind: "unreadable", message: String(error) } : { kind: "meaningless" };
  }
}

/** Where the parser and the server differ about a statement; null if they agree. */
function difference(text: string, verdict: Verdict): string | null {
  const [first, ...rest] = lex(wholeFile({ path: "a.cql", text }), () => {})
    .filter(({ kind }) => kind !== "comment");
  if (first === undefined) return null;
  const statement = parseStatement([first, ...rest]);
  if (verdict.kind === "unreadable") {
    return statement.kind === "opaque" ? null : `${text}\n  is read, but: ${verdict.message}`;
  }
  if (statement.kind === "opaque") {
    const { span: { start }, expected } = statement.obstacle;
    return `${text}\n  is ${verdict.kind}, but not read: expected ${expected} at ${start}`;
  }
  if (verdict.kind === "meaningless") return null;
  // The server calls a marker without a name by its column.
  const markers = bindMarkers(statement).map(({ name }, index) => name ?? verdict.markers[index]);
  return markers.join() === verdict.markers.join()
    ? null
    : `${text}\n  has the markers ${verdict.markers}, but the parser finds ${markers}`;
}

async function differences(client: cassandra.Client, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (let start = 0; start < texts.length; start += AT_ONCE) {
    const some = texts.slice(start, start + AT_ONCE);
    const verdicts = await Promise.all(some.map((text) => ask(client, text)));
    found.push(...some.flatMap((text, index) => difference(text, verdicts[index]!) ?? []));
  }
  return found;
}

/** Statements with white space of several kinds between their tokens. */
function textsOf(tokens: fc.Arbitrary<string[]>, count: number): string[] {
  const space = fc.constantFrom(" ", " ", "  ", "\n", " /* ; */ ", " -- ;\n");
  const text = fc.tuple(tokens, fc.infiniteStream(space)).map(([tokens, spaces]) =>
    tokens.reduce((text, token) => `${text}${spaces.next().value}${token}`, "").trim()
  );
  return fc.sample(text, { seed: SEED, numRuns: count })
    // Cassandra's own parser takes exponential time on parentheses in parentheses.
    .filter((text) => text !== "" && deepest(text) < 12);
}

function deepest(text: string): number {
  let [depth, most] = [0, 0];
  for (const character of text) {
    if ("([{".includes(character)) most = Math.max(most, ++depth);
    if (")]}".includes(character)) depth--;
  }
  return most;
}

describe("parseStatement()", () => {
  let keyspace: TestKeyspace;

  before(async () => {
    keyspace = await createTestKeyspace(CORPUS_SCHEMA);
  });
  after(async () => await keyspace[Symbol.asyncDispose]());

  it("reads what Cassandra serves, with the same markers", async () => {
    const verdicts = await Promise.all(SERVED.map((text) => ask(keyspace.client, text)));
    const refused = SERVED.filter((_, index) => verdicts[index]?.kind !== "accepted");
    expect(refused).toEqual([]);
    expect(SERVED.flatMap((text, index) => difference(text, verdicts[index]!) ?? [])).toEqual([]);
  });

  it("reads nothing that Cassandra cannot parse", async () => {
    const verdicts = await Promise.all(REFUSED.map((text) => ask(keyspace.client, text)));
    const readable = REFUSED.filter((_, index) => verdicts[index]?.kind !== "unreadable");
    expect(readable).toEqual([]);
    expect(REFUSED.flatMap((text, index) => difference(text, verdicts[index]!) ?? [])).toEqual([]);
  });

  it("agrees with Cassandra about statements made from the grammar", async () => {
    expect(await differences(keyspace.client, textsOf(anyStatement, 1000))).toEqual([]);
  });

  it("agrees with Cassandra about statements with a token lost, doubled, swapped or replaced", async () => {
    expect(await differences(keyspace.client, textsOf(mutatedStatement, 2000))).toEqual([]);
  });

  it("agrees with Cassandra about its own statements with a token lost", async () => {
    const texts = SERVED.flatMap((text) => {
      const tokens = lex(wholeFile({ path: "a.cql", text }), () => {})
        .filter(({ kind }) => kind !== "comment");
      return tokens.map((_, index) =>
        tokens.filter((_, other) => other !== index).map(({ text }) => text).join(" ")
      );
    });
    expect(await differences(keyspace.client, texts)).toEqual([]);
  });
});
