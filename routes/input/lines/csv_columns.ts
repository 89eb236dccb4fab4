/**
 * The columns of an upload of CSV, as its header line names them: which are known, and what a line has for each.
 *
 * @module
 */
import { clientNameOf } from "../../../catalog/parse/client_name.ts";
import { asClause } from "../../../catalog/text/as_clause.ts";
import { suggest } from "../../../catalog/text/suggest.ts";
import { setMember } from "../../../codec/json/json_object.ts";
import type { ByteRange } from "../../../codec/tokens/token.ts";
import { pointerTo } from "../../../errors/invalid_input.ts";
import { type InputError, ServiceError } from "../../../errors/service_error.ts";
import { absenceOf } from "../absence.ts";
import { readFields } from "../body/read_fields.ts";
import { decodeLine } from "../body/read_lines.ts";
import type { InputFacts } from "../compile_input.ts";
import { hasRoomFor } from "../input_errors.ts";
import type { RawInput } from "../raw_input.ts";

/**
 * Checks the names of a header line.
 *
 * @param columns the names; an empty one is a column without a name, whose fields have to be empty
 * @throws {ServiceError} `invalid_input` with every mistake
 */
export function assertColumns({ params }: InputFacts, columns: readonly string[]): void {
  const sent = params.filter(({ param }) => param.source.in === "body");
  const known = sent.map(({ param }) => clientNameOf(param));
  const required = sent.filter((param) => !absenceOf(param).isOptional)
    .map(({ param }) => clientNameOf(param));
  const errors: InputError[] = [];
  const found = new Map<string, number>();
  for (const [index, name] of columns.entries()) {
    if (name === "") continue;
    const before = found.get(name);
    found.set(name, before ?? index);
    if (before === undefined && known.includes(name)) continue;
    const detail = before === undefined
      ? unknownColumn(name, index, known)
      : `Expected the column once, found it as columns ${before + 1} and ${index + 1}`;
    const mistake = { pointer: pointerTo(["body", name]), detail };
    if (!hasRoomFor(mistake, errors)) break;
    errors.push(mistake);
  }
  for (const name of required) {
    if (!found.has(name)) errors.push({ pointer: pointerTo(["body", name]), detail: "Required" });
  }
  if (errors.length === 0) return;
  const detail = 'The header line does not fit: "errors" says which columns, and why';
  throw new ServiceError("invalid_input", detail, { errors });
}

function unknownColumn(name: string, index: number, known: readonly string[]): string {
  const place = `Unknown, as column ${index + 1}`;
  if (known.length === 0) return `${place}: this route takes none`;
  // What many spreadsheets write, where a comma is part of numbers.
  const separator = [";", "\t"].find((each) => name.includes(each));
  return separator === undefined
    ? `${place}: ${asClause(suggest(name, known))}`
    : `${place}: separate the columns with commas`;
}

/** Reads the body that a record of CSV stands for: text by the names of the columns, or null. */
export type RecordParser = (record: ByteRange) => RawInput["body"];

/** Spreadsheets, cqlsh and Python write them with capital letters, which nothing else can mean. */
const BOOLEAN = /^(?:true|false)$/i;

/** @param columns that are known, and those without a name */
export function compileRecordParser(
  { params }: InputFacts,
  columns: readonly string[],
): RecordParser {
  const sent = params.filter(({ param }) => param.source.in === "body");
  const namesOf = (found: typeof sent) => new Set(found.map(({ param }) => clientNameOf(param)));
  const nullable = namesOf(sent.filter(({ nullable }) => nullable));
  const booleans = namesOf(sent.filter(({ codec }) => codec.type.kind === "boolean"));
  return (record) => {
    const fields = readFields(decodeLine(record, "The line"), columns);
    const body: Record<string, unknown> = {};
    for (const [index, field] of fields.entries()) {
      const name = columns[index]!;
      if (name === "") {
        if (field) throw withoutName(index);
      } else if (field !== null) {
        const isCapital = booleans.has(name) && BOOLEAN.test(field);
        setMember(body, name, isCapital ? field.toLowerCase() : field);
      } else if (nullable.has(name)) setMember(body, name, null);
    }
    return body;
  };
}

function withoutName(index: number): ServiceError {
  return new ServiceError(
    "malformed_request",
    `Column ${
      index + 1
    } has a value, and no name in the header line: name it there, or leave it out`,
  );
}
