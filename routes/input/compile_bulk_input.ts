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
import { compileLineReader } from "./lines/line_reader.ts";
import { compilePreconditions, type Preconditions } from "./preconditions.ts";
import type { OuterInput, RawInput } from "./raw_input.ts";
import { compileRequirements } from "./claims/requirements.ts";

/** What holds for all inputs of a request, and how each is read. */
export interface BulkInput {
  readonly preconditions: Preconditions;
  readonly repeatable: Seeds["repeatable"];
  /**
   * @param line of the upload, from one
   * @throws {ServiceError} `invalid_input` with every mistake of the body, or `requirement_not_met`
   */
  readBody(body: RawInput["body"], line: number): Steps<PackedRow>;
  /**
   * Reads a line of NDJSON in one step, if it is plain.
   *
   * @returns null for a line that has to be parsed and given to `readBody`
   * @throws {ServiceError} `invalid_input` or `requirement_not_met`
   */
  readLine(json: ByteRange, line: number): PackedRow | null;
}

/** Reads what holds for all bodies of one request, once. */
export type BulkInputReader = (outer: OuterInput) => BulkInput;

/** Not for parameters from `If-Match`, which the catalog lets no bulk route have. */
export function compileBulkInput(prepared: InputFacts): BulkInputReader {
  const readOuter = compileOuter(prepared, []);
  const readBody = compileBody(prepared);
  const isSent = (param: Param | null) => param?.source.in === "body";
  const requireOuter = compileRequirements(prepared, { includes: (param) => !isSent(param) });
  const requireLine = compileRequirements(prepared, { includes: isSent });
  const readPreconditions = compilePreconditions(prepared);
  const generate = compileGenerated(prepared.params);
  const lineReaders = compileLineReader(prepared);
  return (outer) => {
    const mistakes: InputError[] = [];
    const shared: Values = {};
    finish(readOuter({ ...outer, body: {} }, shared, mistakes));
    if (mistakes.length > 0) throw invalidInput(mistakes);
    requireOuter?.(outer.claims)(shared);
    const checkLine = requireLine?.(outer.claims);
    const readLine = lineReaders(shared);
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

    return {
      preconditions: readPreconditions(outer.headers).preconditions,
      repeatable: outer.seeds.repeatable,
      *readBody(body, line) {
        const errors: InputError[] = [];
        const values = { ...shared };
        yield* readBody({ ...outer, body }, values, errors);
        if (errors.length > 0) throw invalidInput(errors);
        return packValues(prepared, complete(values, line));
      },
      readLine(json, line) {
        const row = readLine(json);
        if (row === null || !isCompleted) return row;
        return packValues(prepared, complete(unpackValues(prepared, row), line));
      },
    };
  };
}
