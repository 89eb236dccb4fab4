/**
 * The inputs of one `@bulk` request → the rows that are bound. What does not come from them is read once,
 * before the first.
 *
 * @module
 */
import type { Param } from "../../catalog/query.ts";
import type { PackedRow } from "../../codec/packed/packed_rows.ts";
import { finish, type Steps } from "../../runtime/steps.ts";
import type { ByteRange } from "../../codec/tokens/token.ts";
import { packValues, unpackValues } from "../../db/prepare/packed_values.ts";
import type { EncodedValues } from "../../db/prepare/prepared_query.ts";
import { invalidInput } from "../../errors/invalid_input.ts";
import type { InputError } from "../../errors/service_error.ts";
import { compileGenerated } from "../generate/compile_generated.ts";
import type { Seeds } from "../generate/seed.ts";
import {
  compileBody,
  compileOuter,
  type InputFacts,
  jointErrors,
  type Values,
} from "./compile_input.ts";
import { assertColumns, compileRecordParser } from "./lines/csv_columns.ts";
import { compileLineReader, compileRecordReader, type LineReader } from "./lines/line_reader.ts";
import type { BodyForm } from "./param_schema.ts";
import { compilePreconditions, type Preconditions } from "./preconditions.ts";
import type { OuterInput, RawInput } from "./raw_input.ts";
import { compileRequirements } from "./claims/requirements.ts";
import { parseLine } from "./read_entries.ts";

/** What holds for all inputs of a request, and how each is read. */
export interface BulkInput {
  readonly preconditions: Preconditions;
  readonly repeatable: Seeds["repeatable"];
  /**
   * @param line of the upload, from one
   * @throws {ServiceError} `invalid_input` with every mistake of the body, or `requirement_not_met`
   */
  readBody(body: RawInput["body"], line: number): Steps<PackedRow>;
  /** Reads lines of NDJSON. */
  readonly ofJson: LineInput;
  /**
   * Reads records of CSV.
   *
   * @param columns as the header line names them
   * @throws {ServiceError} `invalid_input` with every mistake of the header line
   */
  ofCsv(columns: readonly string[]): LineInput;
}

/** How the lines of an upload are read. */
export interface LineInput {
  /**
   * Reads a line in one step, if it is plain.
   *
   * @returns null for a line that has to be read by `read`
   * @throws {ServiceError} `invalid_input` or `requirement_not_met`
   */
  readNow(text: ByteRange, line: number): PackedRow | null;
  /** @throws {ServiceError} `malformed_request`, `invalid_input` with every mistake, or `requirement_not_met` */
  read(text: ByteRange, line: number): Steps<PackedRow>;
}

/** Reads what holds for all bodies of one request, once. */
export type BulkInputReader = (outer: OuterInput) => BulkInput;

/** Not for parameters from `If-Match`, which the catalog lets no bulk route have. */
export function compileBulkInput(prepared: InputFacts): BulkInputReader {
  const readOuter = compileOuter(prepared, []);
  const bodyReaders = { json: compileBody(prepared), text: compileBody(prepared, "text") };
  const isSent = (param: Param | null) => param?.source.in === "body";
  const requireOuter = compileRequirements(prepared, { includes: (param) => !isSent(param) });
  const requireLine = compileRequirements(prepared, { includes: isSent });
  const readPreconditions = compilePreconditions(prepared);
  const generate = compileGenerated(prepared.params);
  const lineReaders = compileLineReader(prepared);
  const recordReaders = compileRecordReader(prepared);
  return (outer) => {
    const mistakes: InputError[] = [];
    const shared: Values = {};
    finish(readOuter({ ...outer, body: {} }, shared, mistakes));
    if (mistakes.length > 0) throw invalidInput(mistakes);
    requireOuter?.(outer.claims)(shared);
    const checkLine = requireLine?.(outer.claims);
    const isCompleted = checkLine !== undefined || generate !== null ||
      prepared.jointLimits.length > 0;

    /** Checks the values that were read, and adds the generated ones. */
    function complete(values: EncodedValues, line: number): EncodedValues {
      const errors = jointErrors(prepared, values);
      if (errors.length > 0) throw invalidInput(errors);
      checkLine?.(values);
      const made = generate?.(outer.seeds.next(values, line));
      return made === undefined ? values : { ...values, ...made };
    }

    function* readBody(
      body: RawInput["body"],
      { line, form }: { readonly line: number; readonly form: BodyForm },
    ): Steps<PackedRow> {
      const errors: InputError[] = [];
      const values = { ...shared };
      yield* bodyReaders[form]({ ...outer, body }, values, errors);
      if (errors.length > 0) throw invalidInput(errors);
      return packValues(prepared, complete(values, line));
    }

    const inOneStep = (read: LineReader): LineInput["readNow"] => (text, line) => {
      const row = read(text);
      if (row === null || !isCompleted) return row;
      return packValues(prepared, complete(unpackValues(prepared, row), line));
    };

    return {
      preconditions: readPreconditions(outer.headers).preconditions,
      repeatable: outer.seeds.repeatable,
      readBody: (body, line) => readBody(body, { line, form: "json" }),
      ofJson: {
        readNow: inOneStep(lineReaders(shared)),
        *read(text, line) {
          return yield* readBody(yield* parseLine(text, line), { line, form: "json" });
        },
      },
      ofCsv(columns) {
        assertColumns(prepared, columns);
        const parse = compileRecordParser(prepared, columns);
        return {
          readNow: inOneStep(recordReaders(shared, columns)),
          *read(text, line) {
            return yield* readBody(parse(text), { line, form: "text" });
          },
        };
      },
    };
  };
}
