/**
 * A prepared query → what serves a request to it: read the input, run the query, answer by its mode.
 *
 * @module
 */
import type { Context } from "hono";
import type { Query } from "../catalog/query.ts";
import type { TextHash } from "../db/prepare/rows/conceal.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import { andThen } from "../runtime/and_then.ts";
import { compileViews } from "../db/prepare/views.ts";
import { compileReadRecorders } from "./audit/record_read.ts";
import { type AppEnv, type RequestContext, scopesOf } from "./context.ts";
import type { Seeds } from "./generate/seed.ts";
import { compileKeyReader, type IdempotencyOptions } from "./idempotency/read_repeatable.ts";
import { compileBulkInput } from "./input/compile_bulk_input.ts";
import { compileInput, type Input } from "./input/compile_input.ts";
import { NO_OWN_PARAMS, type OwnParams } from "./input/own_params.ts";
import { withPointers } from "./input/param_place.ts";
import { compilePathValues } from "./input/path_values.ts";
import type { BodyLimits } from "./input/body/read_bytes.ts";
import { readJsonObject, takesBody } from "./input/body/read_body.ts";
import type { OuterInput, RawInput } from "./input/raw_input.ts";
import { type Content, readContent } from "./input/body/read_content.ts";
import { compilePlainBody } from "./input/lines/plain_body.ts";
import { type BulkBody, NDJSON, readEntries } from "./input/read_entries.ts";
import type { Cursors } from "./paging/cursors.ts";
import { onlyPage, pageParams, STREAM_PARAMS } from "./paging/page_params.ts";
import { createPageStarts } from "./paging/page_start.ts";
import { respondApplied } from "./respond/modes/applied.ts";
import { type BulkOptions, respondBulk } from "./respond/modes/bulk.ts";
import { respondExec } from "./respond/modes/exec.ts";
import { respondMany } from "./respond/modes/many.ts";
import { negotiate } from "./respond/negotiate.ts";
import { respondOne } from "./respond/modes/one.ts";
import { respondRaw, typesOf } from "./respond/modes/raw.ts";
import type { Responder, ResponderOptions, Served } from "./respond/responder.ts";
import { ROW_FORMATS } from "./respond/body/row_format.ts";
import { respondStream } from "./respond/modes/stream.ts";
import { hasContent } from "./respond/modes/written_values.ts";

export interface ServeOptions extends ResponderOptions, BulkOptions {
  /** What masks text with `hash`; null if no query needs it. */
  readonly hash: TextHash | null;
  readonly bodyLimits: BodyLimits;
  readonly seeds: Seeds;
  readonly cursors: Cursors;
  readonly idempotency: IdempotencyOptions;
}

/** Answers a request to a query. */
export type Serving = (
  context: Context<AppEnv>,
  query: URLSearchParams,
) => Promise<Response>;

export function compileServing(prepared: PreparedQuery, options: ServeOptions): Serving {
  const viewFor = compileViews(prepared, {
    hash: options.hash,
    compile: (view) => compileView(view, options),
  });
  return (context, query) => viewFor(scopesOf(context))(context, query);
}

/** Serves callers who see the same of the rows. */
function compileView(prepared: PreparedQuery, options: ServeOptions): Serving {
  const { query, params } = prepared;
  const answers = answersOf(prepared, options);
  const offered = [...Object.keys(answers), ...query.bulk ? [NDJSON] : []] as [string, ...string[]];
  // Where the answer is a status alone, there is nothing that a caller may not take.
  const isNegotiated = query.bulk !== null || hasContent(prepared);
  const readBody = bodyReader(prepared, options);
  const readPath = compilePathValues(query.route?.path ?? "");
  const readKey = compileKeyReader(prepared, options.idempotency);
  const bulk = query.bulk
    ? { readInput: compileBulkInput(prepared), respond: respondBulk(prepared, options) }
    : null;

  return async function serve(context, parameters) {
    try {
      const request = context.get("request");
      const { headers, identity } = request;
      const type = isNegotiated ? negotiate(headers.get("accept"), offered) : offered[0];
      const keyed = readKey?.(request, context.req.raw) ?? null;
      const seeds = keyed === null ? options.seeds : await keyed;
      const outer: OuterInput = {
        path: readPath(context.req),
        query: parameters,
        headers,
        claims: identity?.claims ?? {},
        seeds,
      };
      const { holdStream } = request;
      if (isStreamed(query, type)) holdStream("stream");
      const input = readBody === null ? NO_BODY : await readBody(context.req.raw, request);
      if (input.kind === "many") {
        // A request that is refused for its headers needs no slot.
        const readInput = bulk!.readInput(outer);
        holdStream("upload");
        return await bulk!.respond({ context, upload: input.upload, input: readInput });
      }
      // A single input of a bulk route is answered as on any other.
      const answer = answers[type] ?? answers["application/json"]!;
      return await answer({ context, input: { ...outer, ...input } });
    } catch (error) {
      throw withPointers(error, params);
    }
  };
}

/** Whether an answer is written as it is read, is content of any size, or reads a part of a whole table. */
function isStreamed({ mode, raw, scan, verb }: Query, type: string): boolean {
  if (mode === "many") return scan !== null || Object.hasOwn(ROW_FORMATS, type);
  return raw !== null && verb === "select";
}

type RequestBody = BulkBody | ContentBody;

interface ContentBody extends Pick<RawInput, "body"> {
  readonly kind: "content";
  readonly content: Content;
}

/** Of a route that takes none. */
const NO_BODY: RequestBody = { kind: "one", body: {} };

/** What reads a request's body; null where the route takes none. */
function bodyReader(
  prepared: PreparedQuery,
  { bodyLimits }: ServeOptions,
): ((sent: Request, request: RequestContext) => Promise<RequestBody>) | null {
  const { query: { route, bulk, raw, verb }, writes } = prepared;
  if (raw !== null && verb !== "select") {
    const options = { ...bodyLimits, types: raw.types };
    return async (sent, { slot }) => {
      const content = await readContent(sent, { ...options, slot });
      return { kind: "content", body: {}, content };
    };
  }
  if (!bulk && (route === null || !takesBody(route.method))) return null;
  // What is kept of a read would keep the block that such values are in.
  const readPlain = writes ? compilePlainBody(prepared) : null;
  const options = { ...bodyLimits, readPlain };
  return bulk
    ? (sent, { headers, run, slot }) => readEntries(sent, { ...options, headers, run, slot })
    : (sent, { headers, run, slot }) => readJsonObject(sent, { ...options, headers, run, slot });
}

/** Answers a request whose input has not been checked yet. Throws or rejects if the input is refused. */
type Answer = (
  request: Pick<Served, "context"> & { readonly input: RawInput },
) => Response | Promise<Response>;

/** Settles what a request asks for, once its values are read and before anything is done with them. */
type Begin<Own, Begun> = (
  input: Input<Own>,
  request: RequestContext,
) => Input<Begun> | Promise<Input<Begun>>;

/** An answer for each media type that the query can be answered in, the preferred one first. */
function answersOf(
  prepared: PreparedQuery,
  options: ServeOptions,
): Readonly<Record<string, Answer>> {
  const { answer: record } = compileReadRecorders(prepared, options.auditing);
  const begun = <Own, Begun>(
    own: OwnParams<Own>,
    { begin, respond }: { readonly begin: Begin<Own, Begun>; readonly respond: Responder<Begun> },
  ): Answer => {
    const readInput = compileInput(prepared, own);
    return ({ context, input }) => {
      const request = context.get("request");
      const answer = (read: Input<Begun>) =>
        record({ context, values: read.values }, () => respond({ ...read, context }));
      return andThen(
        request.run(readInput(input)),
        (read) => andThen(begin(read, request), answer),
      );
    };
  };
  const answer = <Own>(own: OwnParams<Own>, respond: Responder<Own>): Answer =>
    begun<Own, Own>(own, { begin: (input) => input, respond });
  const { query: { mode, page, raw }, isPaged } = prepared;
  switch (mode) {
    case "one":
      if (raw !== null) {
        const content = answer(NO_OWN_PARAMS, respondRaw(prepared, raw, options));
        return Object.fromEntries(typesOf(raw).map((type) => [type, content]));
      }
      return { "application/json": answer(NO_OWN_PARAMS, respondOne(prepared, options)) };
    case "many": {
      const own = isPaged ? pageParams(page!) : onlyPage(page!);
      const starts = createPageStarts(prepared, options.cursors);
      const rows = begun(own, {
        // Before the read is on record: a cursor says which partition that is of.
        begin: async (input, { identity }) => ({
          ...input,
          ...await starts.open(input, identity?.caller ?? ""),
        }),
        respond: respondMany(prepared, starts, options),
      });
      const streamOwn = isPaged ? STREAM_PARAMS : NO_OWN_PARAMS;
      const streams = Object.entries(ROW_FORMATS).map(([type, format]) =>
        [type, answer(streamOwn, respondStream(prepared, format, options))] as const
      );
      return {
        "application/json": rows,
        ...Object.fromEntries(streams),
      };
    }
    case "exec":
      return { "application/json": answer(NO_OWN_PARAMS, respondExec(prepared, options)) };
    case "applied":
      return { "application/json": answer(NO_OWN_PARAMS, respondApplied(prepared, options)) };
  }
}
