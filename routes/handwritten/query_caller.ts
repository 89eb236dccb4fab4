/**
 * Queries for hand-written routes, called by name on behalf of the request. Claims come from the token here
 * too, so that a handler cannot ask for another tenant's rows, and masks hide the same values from it as from
 * the caller. The time limit, spans, metrics and stopwatch are those of the request.
 *
 * @module
 */
import type { Context } from "hono";
import type { Mode } from "../../catalog/query.ts";
import { weigh } from "../../codec/json/json_pieces.ts";
import { withNumbers } from "../../codec/json/minus_zero.ts";
import type { TextHash } from "../../db/prepare/rows/conceal.ts";
import type { EncodedValues, PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Row } from "../../db/prepare/rows/read_rows.ts";
import { compileViews, type Views } from "../../db/prepare/views.ts";
import { currentOf } from "../../db/run/current_row.ts";
import type { Executor } from "../../db/run/execute.ts";
import type { PageReader } from "../../db/run/pages/page.ts";
import { boundRows, resultTooLarge } from "../../db/run/pages/bounded_rows.ts";
import { createPageReader, streamPage } from "../../db/run/pages/pages.ts";
import { findOne, rowOf } from "../../db/run/read_one.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { type Auditing, compileWriteRecorder, type WriteRecorder } from "../audit/record.ts";
import { compileReadRecorders, type ReadRecorders } from "../audit/record_read.ts";
import { type AppEnv, scopesOf } from "../context.ts";
import type { Control } from "../control/control_file.ts";
import { assertOn } from "../control/refuse_switched_off.ts";
import type { Seeds } from "../generate/seed.ts";
import { noSuchRow } from "../respond/modes/one.ts";
import {
  answeredParams,
  compileWritten,
  type WrittenValues,
} from "../respond/modes/written_values.ts";
import { MANY_BYTES, type RequestStreams, type RowStream } from "./request_streams.ts";
import {
  compileValues,
  type QueryValues,
  type RoutePlace,
  type ValueReader,
  withPlaces,
} from "./values.ts";
import { WaitingTime } from "./waiting_time.ts";

const MAX_ROWS = 5_000;

/** The outcome of an `:applied` query. */
export interface Applied {
  readonly applied: boolean;
  /**
   * If the condition did not hold, the row that it is about, as far as `@current` shows it to this caller; for
   * a batch, a list. Null if the row does not exist or the condition held.
   */
  readonly current: ReturnType<typeof currentOf>;
  /**
   * The values that were generated and those that `@returns` names; empty if there are none, or the condition did not
   * hold.
   */
  readonly written: WrittenValues;
}

/**
 * Calls the queries that a route names, as often as needed and several at once. Each method is for the
 * queries of one mode; for others it fails with a `TypeError`. It fails with a `ServiceError` if a value
 * does not fit (`invalid_input`), a claim is missing, or Cassandra fails; a handler that does not catch
 * that answers with it. Once the request is over, every call fails.
 */
export interface QueryCaller<Name extends string = string> {
  /** The row of a `:one` query. Rejects with `not_found` if there is no row. */
  one(name: Name, values?: QueryValues): Promise<Row>;
  /** The row of a `:one` query; null if there is no row. */
  oneOrNull(name: Name, values?: QueryValues): Promise<Row | null>;
  /**
   * Every row of a `:many` query. Fails if there are more than 5,000, or more than fit into `MAX_PAGE_BYTES`: use
   * `stream` then. Rejects with `result_too_large` if there are more than its `@max-rows`; a stream ends with that error.
   */
  many(name: Name, values?: QueryValues): Promise<Row[]>;
  /**
   * Every row of a `:many` query, fetched page by page as the rows are read. It can be read once and
   * ends with the request. To answer with it, call `stream` before the handler returns.
   */
  stream(name: Name, values?: QueryValues): RowStream;
  /** Runs an `:exec` query. Resolves to the values that were generated and those that `@returns` names. */
  exec(name: Name, values?: QueryValues): Promise<WrittenValues>;
  /** Runs an `:applied` query and says whether its condition held. */
  applied(name: Name, values?: QueryValues): Promise<Applied>;
}

/** Makes the callers of a route that names these queries, one for each request. */
export type CallerFactory = <Name extends string>(
  names: readonly Name[],
  route: RoutePlace,
) => (context: Context<AppEnv>, streams: RequestStreams) => QueryCaller<Name>;

export interface CallerFactoryOptions {
  readonly executor: Executor;
  /** What operators have switched off; null without a control file. */
  readonly control: Control | null;
  readonly seeds: Seeds;
  /** Null if nothing is recorded. */
  readonly auditing: Auditing | null;
  /** What masks text with `hash`; null if no query needs it. */
  readonly hash: TextHash | null;
}

/** @param prepared all queries of the project */
export function createCallerFactory(
  prepared: readonly PreparedQuery[],
  { executor, seeds, auditing, hash, control }: CallerFactoryOptions,
): CallerFactory {
  const byName = new Map(prepared.map((each) => [each.query.name, each]));
  return <Name extends string>(names: readonly Name[], route: RoutePlace) => {
    function compileCall(found: PreparedQuery): Call {
      const read = createPageReader(found, executor);
      const readPage: PageReader = async (values, request) => {
        try {
          return await read(values, request);
        } catch (error) {
          throw withPlaces(error, route);
        }
      };
      const toNumbers = found.columns.some(({ codec }) => codec.hasMinusZero)
        ? (row: Row) => withNumbers(row)
        : (row: Row) => row;
      const readValues = compileValues(found, { route, seeds });
      const tellWritten = compileWritten(found, ({ name }) => name) ?? (() => ({}));
      const writtenOf = answeredParams(found).some(({ codec }) => codec.hasMinusZero)
        ? (values: EncodedValues) => withNumbers(tellWritten(values))
        : tellWritten;
      const recorders = {
        record: compileWriteRecorder(found, auditing),
        reads: compileReadRecorders(found, auditing),
      };
      return { prepared: found, readValues, readPage, toNumbers, writtenOf, ...recorders };
    }
    const calls = new Map<string, Views<Call>>(names.map((name) => {
      const found = byName.get(name);
      if (found === undefined) throw new TypeError(`Cannot mount a route: no query "${name}"`);
      return [name, compileViews(found, { hash, compile: compileCall })];
    }));
    return (context, streams) => createCaller({ context, streams, calls, executor, control });
  };
}

interface Call {
  readonly prepared: PreparedQuery;
  readonly readValues: ValueReader;
  readonly readPage: PageReader;
  /** A row as code calculates with it: the text of a response has minus zero as raw JSON. */
  toNumbers(row: Row): Row;
  /** As `toNumbers()`, of what a write tells. */
  writtenOf(values: EncodedValues): WrittenValues;
  readonly record: WriteRecorder;
  readonly reads: ReadRecorders;
}

interface CallerOptions {
  readonly context: Context<AppEnv>;
  readonly streams: RequestStreams;
  readonly calls: ReadonlyMap<string, Views<Call>>;
  readonly executor: Executor;
  readonly control: Control | null;
}

function createCaller({ context, streams, calls, executor, control }: CallerOptions): QueryCaller {
  const request = context.get("request");
  const { identity, cassandra: stopwatch, run, countRows } = request;
  const time = new WaitingTime(stopwatch, executor.timeoutMs);
  const claims = identity?.claims ?? {};
  const scopes = scopesOf(context);

  /** A query of the right mode, and its values in bytes. */
  function prepareCall(method: keyof QueryCaller, name: string, values: QueryValues = {}) {
    streams.assertCallable(name);
    if (streams.isAnswering) time.renew();
    const { readValues, ...call } = find(calls, name)(scopes);
    assertMode(call.prepared, method);
    const { query, writes } = call.prepared;
    if (control !== null) assertOn(control.state, { name: query.name, writes, identity });
    return { ...call, values: readValues(values, claims) };
  }

  async function oneOrNull(name: string, given?: QueryValues): Promise<Row | null> {
    const { prepared, values, toNumbers, reads } = prepareCall("one", name, given);
    const deadline = time.deadline();
    const row = await reads.read(
      { context, values },
      async () => {
        const found = await findOne(prepared, values, { executor, stopwatch, deadline });
        if (found === null) return null;
        request.bytesRead += found.bytes;
        return await rowOf(found, { run });
      },
      { rowsOf: (row) => row === null ? 0 : 1 },
    );
    if (row === null) return null;
    countRows(1);
    return toNumbers(row);
  }

  return {
    oneOrNull,
    async one(name, given) {
      const row = await oneOrNull(name, given);
      if (row !== null) return row;
      throw noSuchRow();
    },
    async many(name, given) {
      const { prepared, values, readPage, toNumbers, reads } = prepareCall("many", name, given);
      const max = prepared.query["max-rows"] ?? Infinity;
      // One more than are given out tells whether there are more.
      const size = Math.min(max, MAX_ROWS) + 1;
      const deadline = time.deadline();
      const readAll = async () => {
        const asked = { size, position: null, stopwatch, deadline, run };
        const { rows, end, bytes } = await readPage(values, asked);
        countRows(rows.length);
        request.bytesRead += bytes;
        if (rows.length > max) throw resultTooLarge(max);
        if (rows.length > MAX_ROWS) {
          throw new TypeError(
            `Cannot read all rows of "${name}": there are more than ${MAX_ROWS}: call stream()`,
          );
        }
        if (end === "last") return rows;
        if (end === "bytes") throw tooManyBytes(name);
        throw new ServiceError("timeout", "Cassandra did not answer in time: retry the request");
      };
      const rowsOf = ({ length }: Row[]) => length;
      const rows = await reads.read({ context, values }, readAll, { rowsOf });
      return rows.map(toNumbers);
    },
    stream(name, given) {
      const { prepared, values, readPage, toNumbers, reads } = prepareCall("stream", name, given);
      const recorded = reads.pages({ context, values });
      const readBounded = boundRows(readPage, {
        max: prepared.query["max-rows"],
        count: countRows,
        lengthOf: ({ rows }) => rows.length,
      });
      return streams.open(async (position) => {
        time.renew();
        const deadline = time.deadline();
        const { maxBytes } = request.pageShare();
        const asked = { ...streamPage(executor, maxBytes), position, stopwatch, deadline, run };
        const page = await recorded(() => readBounded(values, asked));
        request.bytesRead += page.bytes;
        return { ...page, rows: page.rows.map(toNumbers) };
      });
    },
    async exec(name, given) {
      const { prepared, values, writtenOf, record } = prepareCall("exec", name, given);
      countRows(1);
      const deadline = time.deadline();
      await record(
        { context, values },
        () => executor.execute(prepared, values, { stopwatch, deadline }),
      );
      return writtenOf(values);
    },
    async applied(name, given) {
      const { prepared, values, toNumbers, writtenOf, record } = prepareCall(
        "applied",
        name,
        given,
      );
      countRows(1);
      const deadline = time.deadline();
      const result = await record(
        { context, values },
        () => executor.execute(prepared, values, { stopwatch, deadline, run }),
      );
      const applied = result.applied === true;
      const current = applied ? null : currentOf(prepared, values, result);
      const written = applied ? writtenOf(values) : {};
      if (current === null) return { applied, current, written };
      request.bytesRead += weigh(current, MANY_BYTES);
      return {
        applied,
        written,
        current: Array.isArray(current) ? current.map(toNumbers) : toNumbers(current),
      };
    },
  };
}

function tooManyBytes(name: string): ServiceError {
  const cause = `The rows of "${name}" are more than MAX_PAGE_BYTES: call stream()`;
  return new ServiceError(
    "answer_too_large",
    "The rows are larger than this service allows: request less, or report it to the route's author",
    { cause: new Error(cause) },
  );
}

/** The methods that queries of a mode are called with. */
const METHODS: Readonly<Record<Mode, readonly (keyof QueryCaller)[]>> = {
  one: ["one", "oneOrNull"],
  many: ["many", "stream"],
  exec: ["exec"],
  applied: ["applied"],
};

function assertMode({ query: { name, mode } }: PreparedQuery, method: keyof QueryCaller): void {
  if (METHODS[mode].includes(method)) return;
  const right = METHODS[mode].map((each) => `${each}()`).join(" or ");
  throw new TypeError(
    `Cannot call query "${name}" with ${method}(): it is ":${mode}": call ${right}`,
  );
}

function find(calls: ReadonlyMap<string, Views<Call>>, name: string): Views<Call> {
  const call = calls.get(name);
  if (call !== undefined) return call;
  throw new TypeError(
    `Cannot call query "${name}": the route does not name it: add it to "queries" in defineRoute()`,
  );
}
