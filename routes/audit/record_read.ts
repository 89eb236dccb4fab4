/**
 * Puts the reads of `@audit` queries on record: the answer of a route, a stream to its end, or a read of a
 * hand-written route. Other reads leave no trace.
 *
 * @module
 */
import type { Operation } from "../../audit/audit_log.ts";
import type { OutcomeFacts } from "../../audit/event.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { RowPage } from "../../db/run/pages/page.ts";
import { CallerLeft } from "../../errors/caller_left.ts";
import { toServiceError } from "../../errors/service_error.ts";
import { type Auditing, compileBeginning, PLAIN, type Recorded, settled } from "./record.ts";

/** Runs a read, on record. `rowsOf` counts what it found. */
export type ReadRecorder = <T>(
  recorded: Recorded,
  run: () => Promise<T>,
  options: { rowsOf(result: T): number },
) => Promise<T>;

/** Answers with the rows of a query, on record. */
export type AnswerRecorder = (
  recorded: Recorded,
  answer: () => Promise<Response>,
) => Promise<Response>;

/** Reads a result page by page, on record as one operation. */
export type PagesRecorder = (
  recorded: Recorded,
) => (readPage: () => Promise<RowPage>) => Promise<RowPage>;

/** The ways to read, for a query. */
export interface ReadRecorders {
  readonly read: ReadRecorder;
  readonly answer: AnswerRecorder;
  readonly pages: PagesRecorder;
}

/** RFC 9110, section 15.4.5: the caller has the row already. */
const NOT_MODIFIED = 304;

const UNRECORDED: ReadRecorders = {
  read: (_, run) => run(),
  answer: (_, answer) => answer(),
  pages: () => (readPage) => readPage(),
};

/** @param auditing null if nothing is put on record */
export function compileReadRecorders(
  prepared: PreparedQuery,
  auditing: Auditing | null,
): ReadRecorders {
  if (auditing === null || !prepared.query.audit || prepared.writes) return UNRECORDED;
  const begin = compileBeginning(prepared, "read", auditing);
  return {
    async read(recorded, run, { rowsOf }) {
      const operation = await begin(recorded);
      return await settled(operation, run, {
        succeeded: (result) => ({ ...PLAIN, outcome: "ok", rows: rowsOf(result) }),
        failed: (error) => readFailure(error, 0),
      });
    },
    async answer(recorded, answer) {
      const request = recorded.context.get("request");
      const operation = await begin(recorded);
      const whole = (outcome: "ok" | "incomplete") =>
        operation.settle({
          ...PLAIN,
          outcome,
          rows: response.status === NOT_MODIFIED ? 0 : request.rowsRead,
        });
      let response: Response;
      try {
        response = await answer();
      } catch (error) {
        // The caller gets none of what was read.
        await operation.settle(readFailure(error, 0));
        throw error;
      }
      if (request.completion === null) await whole("ok");
      else {
        // The caller has part of it already: its end cannot wait for the log.
        void request.completion.then((isWhole) => whole(isWhole ? "ok" : "incomplete"))
          .catch(() => {});
      }
      return response;
    },
    pages(recorded) {
      let beginning: Promise<Operation> | null = null;
      let isSettled = false;
      let rows = 0;
      async function settle(outcome: OutcomeFacts): Promise<void> {
        if (isSettled || beginning === null) return;
        isSettled = true;
        await (await beginning).settle(outcome);
      }
      function endWithRequest(): void {
        settle({ ...PLAIN, outcome: "incomplete", rows }).catch(() => {});
      }
      return async (readPage) => {
        if (beginning === null) {
          beginning = begin(recorded);
          recorded.context.env.completed.then(endWithRequest, endWithRequest);
        }
        await beginning;
        let page: RowPage;
        try {
          page = await readPage();
        } catch (error) {
          await settle(readFailure(error, rows));
          throw error;
        }
        rows += page.rows.length;
        if (page.next === null) await settle({ ...PLAIN, outcome: "ok", rows });
        return page;
      };
    },
  };
}

/** A row that is not there was still looked for. */
function readFailure(error: unknown, rows: number): OutcomeFacts {
  if (error instanceof CallerLeft) {
    return { ...PLAIN, outcome: rows === 0 ? "refused" : "incomplete", rows };
  }
  const { code, status } = toServiceError(error);
  if (code === "not_found") return { ...PLAIN, outcome: "ok", code, rows: 0 };
  return { ...PLAIN, outcome: status < 500 ? "refused" : "failed", code, rows };
}
