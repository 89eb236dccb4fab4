/**
 * What happens to each line of an upload: it is read and checked, and where it was not written, the report
 * says why. Lines that are about to be written go on record.
 *
 * @module
 */
import type { BulkRequest } from "../../../db/bulk/bulk_writer.ts";
import { unpackValues } from "../../../db/prepare/packed_values.ts";
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import type { ServiceError } from "../../../errors/service_error.ts";
import type { RecordedUpload } from "../../audit/record_bulk.ts";
import { assertObject } from "../../input/body/read_body.ts";
import type { BulkInput, LineInput } from "../../input/compile_bulk_input.ts";
import { notApplied } from "./applied.ts";
import type { ReportStream } from "../body/report_stream.ts";
import type { ResponderOptions, Served } from "../responder.ts";
import { compileWritten } from "./written_values.ts";

export interface UploadLinesOptions extends Pick<Served, "context"> {
  readonly input: BulkInput;
  /** How the lines of text are read. */
  readonly lines: LineInput;
  readonly report: ReportStream;
  readonly recorded: RecordedUpload;
}

const OUTDATED = "the table has changed: send the rest again";

/** @returns the functions that the writer of an upload calls for its lines */
export function compileUploadLines(
  prepared: PreparedQuery,
  { executor, auditing }: Pick<ResponderOptions, "executor" | "auditing">,
): (options: UploadLinesOptions) => BulkRequest {
  const isRecorded = auditing !== null;
  const writtenOf = prepared.query.bulk?.returning === true ? compileWritten(prepared) : null;
  return ({ context, input, lines, report, recorded }) => {
    const { preconditions, repeatable } = input;
    const request = context.get("request");
    /** Whether the lines to come are read for types that the table no longer has. */
    let isOutdated = false;
    return {
      stopwatch: request.cassandra,
      run: request.run,
      writeTime: repeatable?.writeTimeUs,
      readNow(entry) {
        const row = "text" in entry ? lines.readNow(entry.text, entry.line) : null;
        if (row !== null && isRecorded) recorded.note(unpackValues(prepared, row));
        return row;
      },
      *read(entry) {
        const row = yield* "text" in entry
          ? lines.read(entry.text, entry.line)
          : input.readBody(assertObject(entry.value, "The line"), entry.line);
        if (isRecorded) recorded.note(unpackValues(prepared, row));
        return row;
      },
      notApplied(row, result) {
        const values = unpackValues(prepared, row);
        const wasApplied = repeatable !== null &&
          prepared.repetition?.wasApplied(values, result.rows[0]) === true;
        return wasApplied ? null : notApplied(prepared, { values, result, preconditions });
      },
      ...(writtenOf === null ? {} : {
        done: (line, row) => report.add({ line, written: writtenOf(unpackValues(prepared, row)) }),
      }),
      fail(line, error) {
        if (error.code === "schema_changed") isOutdated = true;
        recorded.fail(error);
        report.addFailure(failureOf(line, error));
      },
      obstacle: () =>
        report.obstacle() ?? (isOutdated ? OUTDATED : request.obstacle()) ??
          executor.clockRefusal(prepared)?.detail ?? null,
    };
  };
}

/** @param line null if the failure is about the upload as a whole */
export function failureOf(line: number | null, { code, detail, errors, extensions }: ServiceError) {
  return { line, code, detail, ...(errors.length === 0 ? {} : { errors }), ...extensions };
}
