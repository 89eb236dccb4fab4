/**
 * Gives each request its id and its record: `X-Request-Id` from the caller where it is fit for a log
 * line, else a new one. Always returned.
 *
 * @module
 */
import { runAtOnce } from "../../runtime/steps.ts";
import { Stopwatch } from "../../observe/stopwatch.ts";
import type { Addresses } from "../addresses.ts";
import { type RequestContext, UNMATCHED } from "../context.ts";
import { pageShare } from "../load/page_share.ts";
import type { PipelineStep } from "../step.ts";
import { RequestHeaders } from "./request_headers.ts";

const HEADER = "x-request-id";
// What fits: nothing that could break out of a log line or make one long.
const ACCEPTABLE = /^[\w.:+/=-]{1,128}$/;

/** The functions of a request that has not been let in yet. */
const OUTSIDE: Pick<
  RequestContext,
  | "countRows"
  | "rowsObstacle"
  | "obstacle"
  | "holdStream"
  | "countUnread"
  | "leaveSlot"
  | "readInTurn"
  | "pageShare"
  | "takeWriteSlot"
> = {
  countRows() {},
  rowsObstacle: () => null,
  obstacle: () => null,
  holdStream() {},
  countUnread() {},
  leaveSlot() {},
  readInTurn: (read) => read(),
  pageShare: () => pageShare(1),
  takeWriteSlot: () => Promise.resolve(),
};

export interface RequestIdOptions extends Pick<Addresses, "publicUrl"> {
  /** Longest that a caller may take nothing of an answer, in milliseconds. */
  readonly stallTimeoutMs: number;
}

export function requestId({ publicUrl, stallTimeoutMs }: RequestIdOptions): PipelineStep {
  return {
    name: "requestId",
    enter(context) {
      const headers = new RequestHeaders(context.req.raw.headers);
      const given = headers.get(HEADER);
      const id = given !== null && ACCEPTABLE.test(given) ? given : crypto.randomUUID();
      context.set("request", {
        id,
        headers,
        startedAt: performance.now(),
        stallTimeoutMs,
        cassandra: new Stopwatch({ id, traces: null, ageMs: null, queuedMs: 0, slot: null }),
        publicUrl,
        route: UNMATCHED,
        query: null,
        identity: null,
        unproven: null,
        run: runAtOnce,
        wasAway: false,
        rowsRead: 0,
        bytesRead: 0,
        isAudited: false,
        hasWritten: false,
        countRows: OUTSIDE.countRows,
        rowsObstacle: OUTSIDE.rowsObstacle,
        obstacle: OUTSIDE.obstacle,
        quotaFields: null,
        policy: null,
        holdStream: OUTSIDE.holdStream,
        countUnread: OUTSIDE.countUnread,
        slot: null,
        holdsStream: false,
        leaveSlot: OUTSIDE.leaveSlot,
        readInTurn: OUTSIDE.readInTurn,
        pageShare: OUTSIDE.pageShare,
        takeWriteSlot: OUTSIDE.takeWriteSlot,
        code: null,
        cause: undefined,
        completion: null,
      });
    },
    headers: (context, headers) => headers.set(HEADER, context.get("request").id),
  };
}
