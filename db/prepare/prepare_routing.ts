/**
 * The routing key of a statement: the bytes of the constants in it come from Cassandra, which reads them as it does
 * in the statement itself. It is asked once, when the query is prepared.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Statement } from "../../catalog/statement/statement.ts";
import type { Term } from "../../catalog/statement/term.ts";
import type { CqlType, Json } from "../../codec/codec.ts";
import { codecFor, UnsupportedTypeError } from "../../codec/codec_for.ts";
import { cqlName } from "../../codec/type_name.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { isRefusal } from "../driver/failures/refusal.ts";
import type { RawRows, RoutingPart } from "../driver/internals/driver_types.ts";
import type { Session } from "../driver/session.ts";
import { routingKeyOf } from "../driver/statements/statement.ts";
import { type RoutingTerm, routingTermsOf } from "./facts/routing.ts";
import type { PreparedParam } from "./prepared_query.ts";
import type { StatementContext } from "./statement_context.ts";

export interface PreparedRouting {
  /**
   * The parts of the key of the one partition that a statement reads or writes; empty if that is not known, or if
   * there are several.
   */
  readonly routing: readonly RoutingPart[];
  /** The constants of its keys, as the API writes their values. */
  readonly constants: ReadonlyMap<Term, Json>;
}

/**
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function prepareRouting(
  parsed: Statement,
  params: readonly PreparedParam[],
  { context: { statement, tables }, session }: {
    readonly context: Pick<StatementContext, "statement" | "tables">;
    readonly session: Session;
  },
): Promise<PreparedRouting> {
  // Of a batch that cannot be read, PREPARE may name parts of several partitions.
  if (parsed.kind === "opaque") {
    const routing = parsed.verb === "batch" ? [] : statement.partitionKey;
    return { routing, constants: new Map() };
  }
  const keys = routingTermsOf(parsed, params, tables);
  if (keys === null) return { routing: [], constants: new Map() };
  const bytes = await bytesOfConstants(keys.flat(), session);
  return { routing: routingOfAll(keys, bytes), constants: valuesOfConstants(bytes) };
}

/** Empty if the keys are not known, or differ. */
function routingOfAll(
  keys: readonly (readonly RoutingTerm[])[],
  constants: ReadonlyMap<Constant, Buffer>,
): readonly RoutingPart[] {
  const [first = null, ...others] = keys.map((key) => routingOf(key, constants));
  if (first === null || !others.every((other) => other !== null && areSame(first, other))) {
    return [];
  }
  const isWhole = first.every((part) => typeof part !== "number");
  return isWhole ? [routingKeyOf({ routing: first }, [])!] : first;
}

type Constant = Exclude<RoutingTerm, number>;

function valuesOfConstants(constants: ReadonlyMap<Constant, Buffer>): Map<Term, Json> {
  return new Map([...constants].flatMap(([{ constant, type }, bytes]): [Term, Json][] => {
    // A type without a codec is left to the text.
    if (!isSupported(type)) return [];
    return [[constant, codecFor(type).decode(bytes, 0, bytes.length)]];
  }));
}

/** Null if the bytes of a constant are not known. */
function routingOf(
  key: readonly RoutingTerm[],
  constants: ReadonlyMap<Constant, Buffer>,
): RoutingPart[] | null {
  const parts = key.map((part) => typeof part === "number" ? part : constants.get(part) ?? null);
  const known = parts.filter((part) => part !== null);
  return known.length === parts.length ? known : null;
}

function areSame(one: readonly RoutingPart[], other: readonly RoutingPart[]): boolean {
  return one.length === other.length && one.every((part, index) => {
    const beside = other[index]!;
    return typeof part === "number" || typeof beside === "number"
      ? part === beside
      : part.equals(beside);
  });
}

/** Empty if Cassandra does not read one of them by itself, such as a value of one of the project's own types. */
async function bytesOfConstants(
  parts: readonly RoutingTerm[],
  session: Session,
): Promise<Map<Constant, Buffer>> {
  const constants = parts.filter((part) => typeof part !== "number");
  if (constants.length === 0) return new Map();
  const cql = `SELECT ${constants.map(hinted).join(", ")} FROM system.local`;
  try {
    const { rows } = await session.execute(await session.prepare(cql), [], {
      consistency: "ONE",
      serialConsistency: null,
      writes: false,
      idempotent: true,
      fetchSize: 1,
    });
    const values = valuesOf(rows, constants.length);
    return new Map(constants.flatMap((constant, index) => {
      const value = values[index];
      return value ? [[constant, value]] : [];
    }));
  } catch (error) {
    const cause = error instanceof ServiceError ? error.cause : error;
    if (isRefusal(cause)) return new Map();
    throw error;
  }
}

/** A constant as Cassandra reads it for its column. */
function hinted({ constant: { span: { file, start, end } }, type }: Constant): string {
  return `(${cqlName(type)}) ${file.text.slice(start, end)}`;
}

/** The values of the first row. */
function valuesOf({ length, body, offset }: RawRows, columns: number): (Buffer | null)[] {
  if (length === 0) return [];
  const values: (Buffer | null)[] = [];
  let at = offset;
  for (let index = 0; index < columns; index++) {
    const size = body.readInt32BE(at);
    at += 4;
    values.push(size < 0 ? null : Buffer.from(body.subarray(at, at + size)));
    at += Math.max(0, size);
  }
  return values;
}

function isSupported(type: CqlType): boolean {
  try {
    codecFor(type);
    return true;
  } catch (error) {
    if (error instanceof UnsupportedTypeError) return false;
    throw error;
  }
}
