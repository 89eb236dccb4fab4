/**
 * The tokens of a statement → its tree. The grammar is Cassandra's own, `src/antlr/Parser.g` of
 * Cassandra 5.0. Where it is ambiguous, it is read as by the parser that ANTLR generates.
 *
 * @module
 */

import type { Token } from "../../text/token.ts";
import { opaqueStatement } from "./opaque_statement.ts";
import { parseBatch, parseWrite } from "./parse_batch.ts";
import { parseSelect } from "./parse_select.ts";
import type { Statement } from "../statement.ts";
import { TokenStream } from "./token_stream.ts";

/**
 * Never throws, and takes time in proportion to the tokens.
 *
 * @param tokens of one statement, comments left out
 */
export function parseStatement(
  tokens: readonly [Token, ...Token[]],
  stream: TokenStream = new TokenStream(tokens),
): Statement {
  const outcome = stream.readAll(() => readAny(stream));
  return "node" in outcome ? outcome.node : opaqueStatement(tokens, outcome.obstacle);
}

function readAny(stream: TokenStream): Statement {
  const statement = stream.atKeyword("SELECT")
    ? parseSelect(stream)
    : stream.atKeyword("BEGIN")
    ? parseBatch(stream)
    : parseWrite(stream);
  while (stream.skipOperator(";"));
  return statement;
}
