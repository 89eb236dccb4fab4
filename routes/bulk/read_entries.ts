/**
 * The body of an `@bulk` route → its inputs: one JSON object, an array of them, or NDJSON.
 *
 * @module
 */
import { parseJson } from "../../codec/parse_json.ts";
import { ServiceError } from "../../errors.ts";
import { assertObject, type BodyLimits, readJson } from "../read_body.ts";
import { type Line, readLines } from "./read_lines.ts";
import type { Entry } from "./write_lines.ts";

export const NDJSON = "application/x-ndjson";

/** What a request asks for: one write, or many with a report on each. */
export type BulkBody =
  | { readonly kind: "one"; readonly body: Record<string, unknown> }
  | { readonly kind: "many"; readonly blocks: AsyncIterable<readonly Entry[]> };

const NDJSON_TYPE = /^application\/(?:x-)?ndjson\s*(?:;|$)/i;
const BLANK = /^[ \t\r]*$/;

/**
 * @param limits `maxBytes` of a whole JSON body, and of each line of NDJSON, which may take any time
 * @throws {ServiceError} `unsupported_media_type`, `body_too_large` or `malformed_request`
 */
export async function readEntries(
  request: Request,
  limits: BodyLimits,
): Promise<BulkBody> {
  if (NDJSON_TYPE.test(request.headers.get("content-type") ?? "")) {
    return { kind: "many", blocks: readNdjson(request.body, limits) };
  }
  const takes = ["application/json", NDJSON];
  const value = await readJson(request, { ...limits, takes }) ?? {};
  if (!Array.isArray(value)) return { kind: "one", body: assertObject(value, "The body") };
  return { kind: "many", blocks: entriesOf(value) };
}

async function* readNdjson(
  body: ReadableStream<Uint8Array> | null,
  options: { maxBytes: number },
): AsyncGenerator<readonly Entry[]> {
  if (body === null) return;
  // Whoever stops early decides over the rest of the body.
  for await (const lines of readLines(body.values({ preventCancel: true }), options)) {
    yield lines.filter(isNotBlank).map(parseLine);
  }
}

async function* entriesOf(values: readonly unknown[]): AsyncGenerator<readonly Entry[]> {
  yield values.map((value, index) => ({ line: index + 1, value }));
}

function isNotBlank(line: Line): boolean {
  return "error" in line || !BLANK.test(line.text);
}

function parseLine(line: Line): Entry {
  if ("error" in line) return line;
  try {
    return { line: line.line, value: parseJson(line.text) };
  } catch (cause) {
    const detail = `The line is not JSON: ${(cause as Error).message}`;
    return { line: line.line, error: new ServiceError("malformed_request", detail) };
  }
}
