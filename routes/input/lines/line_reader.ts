/**
 * A line of NDJSON → the row that is bound, without an object, a string or a buffer for each of its values.
 * Everything that is the same for a query is worked out once: the names of the members, the writer of each
 * type, and the values to bind for missing members.
 *
 * It is a shortcut. A line that it does not read is handled like any other body, which reports its mistakes; a
 * line that it reads gives the same row as it would there.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { clientNameOf } from "../../../catalog/parse/client_name.ts";
import { parseJsonSteps } from "../../../codec/json/parse_large_json.ts";
import { type PackedRow, RowPacker } from "../../../codec/packed/packed_rows.ts";
import { finish } from "../../../runtime/steps.ts";
import { type ByteRange, Token, type TokenWriter } from "../../../codec/tokens/token.ts";
import { tokenWriterOf } from "../../../codec/tokens/token_writer.ts";
import type { EncodedValues, PreparedParam } from "../../../db/prepare/prepared_query.ts";
import { absenceOf } from "../absence.ts";
import type { InputFacts } from "../compile_input.ts";
import { keyParamsOf } from "../key_params.ts";
import { paramSchemaOf } from "../param_schema.ts";
import { MemberLocator } from "./member_locator.ts";

/** Null for a line that must be read the other way. */
export type LineReader = (line: ByteRange) => PackedRow | null;

/** @param values the values that do not come from lines */
export type LineReaderFactory = (values: EncodedValues) => LineReader;

/** A longer line is not read in a single step. */
const MAX_LINE_BYTES = 16_384;

/** As bytes: `null`. */
const NULL = [0x6e, 0x75, 0x6c, 0x6c];

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

/** @param facts of a query whose parameters are not from the content, the walk or the scan of a request */
export function compileLineReader(facts: InputFacts): LineReaderFactory {
  const { params, statement: { binds }, leastWritten } = facts;
  const members = params.filter(({ param }) => param.source.in === "body").map(memberOf);
  const names = members.map(({ param }) => clientNameOf(param.param));
  const required = members.filter(({ isOptional }) => !isOptional);
  const least = members.filter(({ param }) => leastWritten.includes(param.param));
  const slots = binds.map((_, position) =>
    slotOf(params.find(({ positions }) => positions.includes(position)), members)
  );
  // Cassandra takes no empty value for a key of one column.
  const { alone } = keyParamsOf(facts);
  const keys = members.filter(({ param }) => alone.includes(param.param.name));

  return (values) => {
    const locator = new MemberLocator(names);
    const { starts, ends } = locator;
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
      token.set(starts[index]!, ends[index]!);
      if (param.nullable && isNull(token)) {
        into.put(null);
        return true;
      }
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
      token.bytes = line.bytes;
      if (!required.every(isThere) || least.length > 0 && !least.some(isThere)) return null;
      for (const { index } of keys) {
        if (ends[index]! - starts[index]! <= EMPTY_LENGTH) return null;
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
/** The length of `""`; other keys that are as short take the other way as well. */
const EMPTY_LENGTH = 2;

function memberOf(param: PreparedParam, index: number): Member {
  return { index, param, write: writerOf(param), ...absenceOf(param) };
}

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

/** The writer of the type; the codec for what that does not accept, and where tags ask for more. */
function writerOf(param: PreparedParam): TokenWriter {
  const { codec } = param;
  const schema = paramSchemaOf(param);
  const plain = schema === codec.input ? tokenWriterOf(codec.type.kind) : null;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const writeRead: TokenWriter = ({ bytes, start, end }, row) => {
    let value: unknown;
    try {
      value = finish(parseJsonSteps(decoder.decode(bytes.subarray(start, end))));
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

function isNull({ bytes, start, length }: Token): boolean {
  return length === NULL.length && bytes[start] === NULL[0] && bytes[start + 1] === NULL[1] &&
    bytes[start + 2] === NULL[2] && bytes[start + 3] === NULL[3];
}

/** The only value of the row that is being written; null if it has none. */
function valueAt({ block, start, length }: RowPacker): Buffer | null {
  const at = start + FIRST_VALUE;
  return length <= FIRST_VALUE ? null : block.subarray(at, start + length);
}

/** What stands before it: the number of the values, and its length. */
const FIRST_VALUE = 6;
