/**
 * A line of NDJSON or CSV → the row that is bound, without an object, a string or a buffer for each of its values.
 * Everything that is the same for a query is worked out once: the names of the members, the writer of each
 * type, and the values to bind for missing members.
 *
 * It is a shortcut. A line that it does not read is handled like any other body, which reports its mistakes; a
 * line that it reads gives the same row as it would there.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { Buffer } from "node:buffer";
import { clientNameOf } from "../../../catalog/parse/client_name.ts";
import { parseJsonSteps } from "../../../codec/json/parse_large_json.ts";
import { type PackedRow, RowPacker } from "../../../codec/packed/packed_rows.ts";
import { finish } from "../../../runtime/steps.ts";
import { type ByteRange, Token, type TokenWriter } from "../../../codec/tokens/token.ts";
import { textTokenWriterOf, tokenWriterOf } from "../../../codec/tokens/token_writer.ts";
import type { EncodedValues, PreparedParam } from "../../../db/prepare/prepared_query.ts";
import { absenceOf } from "../absence.ts";
import type { InputFacts } from "../compile_input.ts";
import { keyParamsOf } from "../../../db/prepare/facts/key_params.ts";
import { type BodyForm, paramSchemaOf } from "../param_schema.ts";
import { FieldLocator } from "./field_locator.ts";
import { MemberLocator } from "./member_locator.ts";
import type { ValueLocator } from "./value_locator.ts";

/** Null for a line that must be read the other way. */
export type LineReader = (line: ByteRange) => PackedRow | null;

/** @param values the values that do not come from lines */
export type LineReaderFactory = (values: EncodedValues) => LineReader;

/** A longer line is not read in a single step. */
const MAX_LINE_BYTES = 16_384;

/** The value to bind at a position. */
type Slot =
  | { readonly kind: "member"; readonly member: Member }
  | { readonly kind: "bucket"; readonly param: PreparedParam; readonly of: Member }
  | { readonly kind: "shared"; readonly name: string };

interface Member {
  /** Among the names that the locator knows. */
  readonly index: number;
  readonly param: PreparedParam;
  readonly write: TokenWriter;
  readonly isOptional: boolean;
  /** The value to bind if a line leaves it out. */
  readonly leftOut: Buffer | null | undefined;
}

/**
 * Reads lines of JSON.
 *
 * @param facts of a query whose parameters are not from the content, the walk or the scan of a request
 */
export function compileLineReader(facts: InputFacts): LineReaderFactory {
  const members = membersOf(facts, "json");
  const names = members.map(({ param }) => clientNameOf(param.param));
  const readLines = compileMembers(facts, members);
  return (values) => readLines(values, new MemberLocator(names));
}

/** @param columns the names in the header, which are known, each once; empty ones are columns without a name */
export type RecordReaderFactory = (
  values: EncodedValues,
  columns: readonly string[],
) => LineReader;

/** Reads records of CSV. */
export function compileRecordReader(facts: InputFacts): RecordReaderFactory {
  const members = membersOf(facts, "text");
  const readLines = compileMembers(facts, members);
  return (values, columns) => {
    const located = columns.map((name) => {
      const index = members.findIndex(({ param }) => clientNameOf(param.param) === name);
      return { index, isNullable: members[index]?.param.nullable ?? false };
    });
    return readLines(values, new FieldLocator(located, members.length));
  };
}

function membersOf({ params }: InputFacts, form: BodyForm): Member[] {
  return params.filter(({ param }) => param.source.in === "body").map((param, index) => ({
    index,
    param,
    write: form === "json" ? jsonWriterOf(param) : textWriterOf(param),
    ...absenceOf(param),
  }));
}

/** @param members the parameters from the body */
function compileMembers(
  facts: InputFacts,
  members: readonly Member[],
): (values: EncodedValues, locator: ValueLocator) => LineReader {
  const { params, statement: { binds }, leastWritten } = facts;
  const required = members.filter(({ isOptional }) => !isOptional);
  const least = members.filter(({ param }) => leastWritten.includes(param.param));
  const slots = binds.map((_, position) =>
    slotOf(params.find(({ positions }) => positions.includes(position)), members)
  );
  // Cassandra takes no empty value for a key of one column.
  const { alone } = keyParamsOf(facts);
  const keys = members.filter(({ param }) => alone.includes(param.param.name));

  return (values, locator) => {
    const { starts, ends, emptyLength } = locator;
    const shared = slots.map((slot) =>
      slot.kind === "shared" && Object.hasOwn(values, slot.name) ? values[slot.name] : undefined
    );
    const token = new Token();
    const row = new RowPacker();
    const alone = new RowPacker();

    const isThere = ({ index }: Member) => starts[index] !== NOT_THERE;

    /** Writes the value of a member as the next one. @returns whether it did */
    function writeMember(member: Member, into: RowPacker): boolean {
      const { index, param, write, leftOut } = member;
      if (!isThere(member)) {
        into.put(leftOut);
        return true;
      }
      if (param.nullable && locator.isNull(index)) {
        into.put(null);
        return true;
      }
      token.set(starts[index]!, ends[index]!);
      return write(token, into);
    }

    /** The bucket of the instant that a member holds; null if it holds none. */
    function bucketOf({ param, of }: Extract<Slot, { kind: "bucket" }>): Buffer | null {
      alone.begin(1);
      if (!isThere(of) || !writeMember(of, alone)) return null;
      const value = valueAt(alone);
      return value === null ? null : param.bucket!(value);
    }

    function writeSlot(slot: Slot, position: number): boolean {
      if (slot.kind === "member") return writeMember(slot.member, row);
      const value = slot.kind === "shared" ? shared[position] : bucketOf(slot);
      if (slot.kind === "bucket" && value === null) return false;
      row.put(value);
      return true;
    }

    return (line) => {
      if (line.end - line.start > MAX_LINE_BYTES || !locator.locate(line)) return null;
      token.bytes = locator.bytes;
      if (!required.every(isThere) || least.length > 0 && !least.some(isThere)) return null;
      for (const { index } of keys) {
        if (ends[index]! - starts[index]! <= emptyLength) return null;
      }
      row.begin(slots.length);
      for (let position = 0; position < slots.length; position++) {
        if (!writeSlot(slots[position]!, position)) return null;
      }
      return row.end();
    };
  };
}

const NOT_THERE = -1;

function slotOf(param: PreparedParam | undefined, members: readonly Member[]): Slot {
  const memberOf = (name: string) => members.find(({ param }) => param.param.name === name);
  // A marker without a parameter is left unset.
  if (param === undefined) return { kind: "shared", name: "" };
  const { name, source } = param.param;
  const member = memberOf(name);
  if (member !== undefined) return { kind: "member", member };
  const of = source.in === "bucket" ? memberOf(source.of) : undefined;
  return of === undefined ? { kind: "shared", name } : { kind: "bucket", param, of };
}

function jsonWriterOf(param: PreparedParam): TokenWriter {
  const { codec } = param;
  const schema = paramSchemaOf(param);
  const plain = schema === codec.input ? tokenWriterOf(codec.type.kind) : null;
  return writerOf(plain, { schema, codec, parse: (text) => finish(parseJsonSteps(text)) });
}

function textWriterOf(param: PreparedParam): TokenWriter {
  const { codec } = param;
  const schema = paramSchemaOf(param, "text");
  const plain = schema === codec.text ? textTokenWriterOf(codec.type.kind) : null;
  return writerOf(plain, { schema, codec, parse: (text) => text });
}

interface WriterOptions extends Pick<PreparedParam, "codec"> {
  readonly schema: z.ZodType<unknown>;
  /** Text → what the schema reads. */
  readonly parse: (text: string) => unknown;
}

/** The writer of the type; the codec for what that does not accept, and where tags ask for more. */
function writerOf(
  plain: TokenWriter | null,
  { schema, codec, parse }: WriterOptions,
): TokenWriter {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const writeRead: TokenWriter = ({ bytes, start, end }, row) => {
    let value: unknown;
    try {
      value = parse(decoder.decode(bytes.subarray(start, end)));
    } catch {
      return false;
    }
    const read = schema.safeParse(value);
    if (read.success) row.put(codec.encode(read.data));
    return read.success;
  };
  if (plain === null) return writeRead;
  return (token, row) => {
    const { length } = row;
    const { start, end } = token;
    if (plain(token, row)) return true;
    row.cut(length);
    token.set(start, end);
    return writeRead(token, row);
  };
}

/** The only value of the row that is being written; null if it has none. */
function valueAt({ block, start, length }: RowPacker): Buffer | null {
  const at = start + FIRST_VALUE;
  return length <= FIRST_VALUE ? null : block.subarray(at, start + length);
}

/** What stands before it: the number of the values, and its length. */
const FIRST_VALUE = 6;
