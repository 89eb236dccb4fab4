/**
 * `@bulk`: many inputs in one request, each written or refused separately. The answer names each line that was
 * not written and says why; at the end it says how many were written. With `@bulk returning`, it also has the
 * values of the lines that were written.
 *
 * @module
 */
import { createBulkWriter } from "../../../db/bulk/bulk_writer.ts";
import type { Entry } from "../../../db/bulk/entry.ts";
import type { BulkOutcome } from "../../../db/bulk/write_lines.ts";
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import { ServiceError, toServiceError } from "../../../errors/service_error.ts";
import type { Observe } from "../../../observe/observation.ts";
import type { BulkInput, LineInput } from "../../input/compile_bulk_input.ts";
import { compileUploadRecorder } from "../../audit/record_bulk.ts";
import type { RequestContext } from "../../context.ts";
import type { Upload } from "../../input/body/text_upload.ts";
import { NDJSON } from "../../input/read_entries.ts";
import { ReportStream } from "../body/report_stream.ts";
import type { ResponderOptions, Served } from "../responder.ts";
import { compileUploadLines, failureOf } from "./upload_lines.ts";

/** A request whose outer input is checked, and whose inputs are still to be read. */
export interface BulkServed extends Pick<Served, "context"> {
  readonly upload: Upload;
  readonly input: BulkInput;
}

export interface BulkOptions extends Pick<ResponderOptions, "executor" | "auditing"> {
  readonly observe: Observe;
}

/** @throws {ServiceError} `audit_unavailable` or `clock_skewed`, or for the header line of an upload */
export type BulkResponder = (served: BulkServed) => Promise<Response>;

export function respondBulk(prepared: PreparedQuery, options: BulkOptions): BulkResponder {
  const { executor, observe, auditing } = options;
  const record = compileUploadRecorder(prepared, auditing);
  const writeBulk = createBulkWriter(prepared, executor);
  const linesOf = compileUploadLines(prepared, { executor, auditing });
  return async ({ context, upload, input }) => {
    const request = context.get("request");
    const refusal = executor.clockRefusal(prepared);
    if (refusal !== null) throw refusal;
    const lineInput = await readHeader(upload, input);
    const recorded = await record(context);
    const report = new ReportStream({
      requestId: request.id,
      stallTimeoutMs: request.stallTimeoutMs,
      takeSlot: request.takeWriteSlot,
      onLeave: () => upload.cancel(),
    });

    async function serve(): Promise<boolean> {
      const quota: RowsQuota = { obstacle: null };
      const blocks = countLines(upload.blocks, request, quota);
      const lines = linesOf({ context, input, lines: lineInput, report, recorded });
      const obstacle = () => quota.obstacle ?? lines.obstacle();
      const outcome = await writeBulk(blocks, { ...lines, obstacle });
      const unrecorded = await recorded.settle(outcome).then(() => null, toServiceError);
      report.add(
        unrecorded === null ? { summary: summaryOf(outcome) } : failureOf(null, unrecorded),
      );
      const { read, written, failed, stopped, broken, cause } = outcome;
      observe({
        kind: "bulk",
        query: prepared.query.name,
        requestId: request.id,
        read,
        written,
        failed,
        stopped,
        completed: broken === undefined,
        cause: broken ?? unrecorded ?? cause,
      });
      // A caller who sends everything before reading anything would otherwise never read the reason. One who has no
      // end would keep a slot, and never read it either.
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

/** Reads how the lines of an upload are written. Where that is a mistake, nothing else of it is read. */
async function readHeader(upload: Upload, input: BulkInput): Promise<LineInput> {
  try {
    const columns = await upload.readHeader();
    return columns === null ? input.ofJson : input.ofCsv(columns);
  } catch (error) {
    upload.cancel();
    throw error;
  }
}

/** Why the quotas of rows let no further lines through; null if they do. */
interface RowsQuota {
  obstacle: string | null;
}

/** The same blocks; quotas of rows hear of them as they come, and stop them once rows are owed. */
async function* countLines(
  blocks: Upload["blocks"],
  request: RequestContext,
  quota: RowsQuota,
): AsyncGenerator<readonly Entry[]> {
  for await (const block of blocks) {
    quota.obstacle = request.rowsObstacle();
    if (quota.obstacle === null) request.countRows(block.length);
    yield block;
  }
}

function summaryOf({ read, written, failed, stopped, broken }: BulkOutcome) {
  const brokenOff = broken instanceof ServiceError ? broken.detail : "The upload broke off";
  const reason = broken === undefined ? stopped : brokenOff;
  return { read, written, failed, ...(reason === null ? {} : { stopped: reason }) };
}
