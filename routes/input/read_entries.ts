/**
 * The body of an `@bulk` route → its inputs: one JSON object, an array of them, NDJSON, or CSV.
 *
 * @module
 */
import { parseJsonSteps } from "../../codec/json/parse_large_json.ts";
import type { Steps } from "../../runtime/steps.ts";
import type { ByteRange } from "../../codec/tokens/token.ts";
import {
  assertObject,
  type OneBody,
  oneBody,
  type ReadBodyOptions,
  readJson,
  unreadableJson,
  unsupportedType,
} from "./body/read_body.ts";
import { assertNotEncoded } from "./body/read_bytes.ts";
import { type Line, readLines, textOfLine } from "./body/read_lines.ts";
import { readRecords } from "./body/read_records.ts";
import { TextUpload, type Upload } from "./body/text_upload.ts";

export const NDJSON = "application/x-ndjson";
export const CSV = "text/csv";

/** The form of a request: one write, or many with a report on each. */
export type BulkBody = OneBody | { readonly kind: "many"; readonly upload: Upload };

const NDJSON_TYPE = /^application\/(?:(?:x-)?ndjson|jsonl|x-jsonlines)\s*(?:;|$)/i;
const CSV_TYPE = /^text\/csv\s*(?:;|$)/i;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/**
 * @param options the limits of a whole JSON body; of each line of NDJSON or CSV, which may take any time: `timeoutMs` is
 * how long the sender may keep the service waiting for the end of a line that is not blank
 * @throws {ServiceError} `unsupported_media_type`, `body_too_large` or `malformed_request`
 */
export async function readEntries(request: Request, options: ReadBodyOptions): Promise<BulkBody> {
  const { headers = request.headers } = options;
  const type = headers.get("content-type") ?? "";
  if (NDJSON_TYPE.test(type)) {
    assertNotEncoded(headers);
    const readBlocks = (chunks: AsyncIterable<Uint8Array>) => readFilledLines(chunks, options);
    const upload = new TextUpload(request.body, { ...options, readBlocks, hasHeader: false });
    return { kind: "many", upload };
  }
  if (CSV_TYPE.test(type)) {
    assertNotEncoded(headers);
    assertCsvParameters(type, request);
    const readBlocks = (chunks: AsyncIterable<Uint8Array>) => readRecords(chunks, options);
    const upload = new TextUpload(request.body, { ...options, readBlocks, hasHeader: true });
    return { kind: "many", upload };
  }
  const read = await readJson(request, {
    ...options,
    takes: ["application/json", NDJSON, CSV],
  });
  const { value } = read;
  if (!Array.isArray(value)) return oneBody(read);
  const entries = value.map((value, index) => ({ line: index + 1, value }));
  const upload: Upload = {
    readHeader: () => Promise.resolve(null),
    blocks: ReadableStream.from([entries]),
    drain: async () => {},
    cancel() {},
  };
  return { kind: "many", upload };
}

/** A parameter of a media type: its name, and its value with quotes or without (RFC 9110, section 5.6.6). */
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*"?([^\s";]*)/g;
/** ASCII is UTF-8. */
const CHARSETS: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);

/**
 * The parameters of RFC 7111, section 5.1: text of another charset would be stored as other text, and values without
 * the names of their columns in whichever order the sender thinks of.
 *
 * @throws {ServiceError} `unsupported_media_type`
 */
function assertCsvParameters(type: string, request: Request): void {
  for (const [, name, value] of type.matchAll(PARAMETER)) {
    const parameter = `${name}=${value}`.toLowerCase();
    const isTaken = parameter.startsWith("charset=")
      ? CHARSETS.has(value!.toLowerCase())
      : parameter !== "header=absent";
    if (isTaken) continue;
    throw unsupportedType(
      { type, takes: ["application/json", NDJSON, `${CSV}; charset=utf-8; header=present`] },
      request,
    );
  }
}

async function* readFilledLines(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadBodyOptions,
): AsyncGenerator<readonly Line[]> {
  for await (const lines of readLines(chunks, options)) {
    const filled = lines.filter(isNotBlank);
    if (filled.length > 0) yield filled;
  }
}

function isNotBlank(line: Line): boolean {
  if ("error" in line) return true;
  const { bytes, start, end } = line.text;
  let at = start;
  while (at < end && isSpace(bytes[at]!)) at++;
  return at < end;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN;
}

/** @throws {ServiceError} `malformed_request` if the line is not a JSON object */
export function* parseLine(json: ByteRange, line: number): Steps<Record<string, unknown>> {
  const text = textOfLine(json, line);
  let value: unknown;
  try {
    value = yield* parseJsonSteps(text);
  } catch (cause) {
    throw unreadableJson(cause as SyntaxError, "The line");
  }
  return assertObject(value, "The line");
}
