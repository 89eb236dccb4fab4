/**
 * `@bulk`: many inputs in one request, each written or refused by itself. The answer names each line that
 * was not written and says why; at the end it says how many were written. With `@bulk returning`, it has
 * the values of the lines that were written, too.
 *
 * @module
 */
import { createBulkWriter } from "../../db/bulk/bulk_writer.ts";
import type { Entry } from "../../db/bulk/entry.ts";
import type { BulkOutcome } from "../../db/bulk/write_lines.ts";
import { unpackValues } from "../../db/prepare/packed_values.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { ServiceError, toServiceError } from "../../errors/service_error.ts";
import type { Observe } from "../../observe/observation.ts";
import type { BulkInput } from "../input/compile_bulk_input.ts";
import { compileUploadRecorder } from "../audit/record_bulk.ts";
import type { RequestContext } from "../context.ts";
import { assertObject } from "../input/body/read_body.ts";
import { NDJSON, parseLine, type Upload } from "../input/read_entries.ts";
import { notApplied } from "./applied.ts";
import { ReportStream } from "./body/report_stream.ts";
import type { ResponderOptions, Served } from "./responder.ts";
import { compileWritten } from "./written_values.ts";

/** A request whose outer input is checked, and whose inputs are still to be read. */
export interface BulkServed extends Pick<Served, "context"> {
  readonly upload: Upload;
  readonly input: BulkInput;
}

export interface BulkOptions
  extends Pick<ResponderOptions, "executor" | "stallTimeoutMs" | "auditing"> {
  readonly observe: Observe;
}

const OUTDATED = "the table has changed: send the rest again";

/** @throws {ServiceError} `audit_unavailable` or `clock_skewed` */
export type BulkResponder = (served: BulkServed) => Promise<Response>;

export function respondBulk(
  prepared: PreparedQuery,
  { executor, observe, stallTimeoutMs, auditing }: BulkOptions,
): BulkResponder {
  const { query } = prepared;
  const isRecorded = auditing !== null;
  const record = compileUploadRecorder(prepared, auditing);
  const writeBulk = createBulkWriter(prepared, executor);
  const writtenOf = query.bulk?.returning === true ? compileWritten(prepared) : null;
  return async ({ context, upload, input }) => {
    const { preconditions, repeatable } = input;
    const request = context.get("request");
    const refusal = executor.clockRefusal(prepared);
    if (refusal !== null) throw refusal;
    const recorded = await record(context);
    const report = new ReportStream({
      requestId: request.id,
      stallTimeoutMs,
      takeSlot: request.takeWriteSlot,
      onLeave: () => upload.cancel(),
    });

    /** Whether the lines to come are read for types that the table no longer has. */
    let isOutdated = false;
    function fail(line: number, error: ServiceError): void {
      if (error.code === "schema_changed") isOutdated = true;
      recorded.fail(error);
      report.addFailure(failureOf(line, error));
    }

    async function serve(): Promise<boolean> {
      const outcome = await writeBulk(countLines(upload.blocks, request), {
        stopwatch: request.cassandra,
        run: request.run,
        readNow(entry) {
          const row = "json" in entry ? input.readLine(entry.json, entry.line) : null;
          if (row !== null && isRecorded) recorded.note(unpackValues(prepared, row));
          return row;
        },
        *read(entry) {
          const body = "json" in entry
            ? yield* parseLine(entry.json, entry.line)
            : assertObject(entry.value, "The line");
          const row = yield* input.readBody(body, entry.line);
          if (isRecorded) recorded.note(unpackValues(prepared, row));
          return row;
        },
        writeTime: repeatable?.writeTimeUs,
        notApplied(row, result) {
          const values = unpackValues(prepared, row);
          const wasApplied = repeatable !== null &&
            prepared.repetition?.wasApplied(values, result.rows[0]) === true;
          return wasApplied ? null : notApplied(prepared, { values, result, preconditions });
        },
        ...(writtenOf === null ? {} : {
          done: (line, row) =>
            report.add({ line, written: writtenOf(unpackValues(prepared, row)) }),
        }),
        fail,
        obstacle: () =>
          report.obstacle() ?? (isOutdated ? OUTDATED : request.obstacle()) ??
            executor.clockRefusal(prepared)?.detail ?? null,
      });
      const { read, written, failed, stopped, broken, cause } = outcome;
      const unrecorded = await recorded.settle(outcome).then(() => null, toServiceError);
      report.add(
        unrecorded === null ? { summary: summaryOf(outcome) } : failureOf(null, unrecorded),
      );
      observe({
        kind: "bulk",
        query: query.name,
        requestId: request.id,
        read,
        written,
        failed,
        stopped,
        completed: broken === undefined,
        cause: broken ?? unrecorded ?? cause,
      });
      // A caller who sends everything before reading anything would otherwise never read the reason.
      if (stopped !== null || broken !== undefined) await upload.drain();
      report.end();
      if (broken === undefined && unrecorded === null) return await report.taken;
      request.cause = broken ?? unrecorded;
      return false;
    }

    request.completion = serve();
    return new Response(report.body, {
      headers: {
        "content-type": NDJSON,
        "cache-control": "no-store",
      },
    });
  };
}

/** The same blocks; quotas of rows hear of them as they come. */
async function* countLines(
  blocks: Upload["blocks"],
  request: RequestContext,
): AsyncGenerator<readonly Entry[]> {
  for await (const block of blocks) {
    request.countRows(block.length);
    yield block;
  }
}

function failureOf(line: number | null, { code, detail, errors, extensions }: ServiceError) {
  return { line, code, detail, ...(errors.length === 0 ? {} : { errors }), ...extensions };
}

function summaryOf({ read, written, failed, stopped, broken }: BulkOutcome) {
  const brokenOff = broken instanceof ServiceError ? broken.detail : "The upload broke off";
  const reason = broken === undefined ? stopped : brokenOff;
  return { read, written, failed, ...(reason === null ? {} : { stopped: reason }) };
}
