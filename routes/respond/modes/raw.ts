/**
 * `:one` with `@raw`: the bytes of a column, and nothing else of the row. Anybody may have stored them, so no
 * browser may run them in the name of this service: the type is one that the author has named, or a type
 * without meaning; browsers may not guess another; and a document that is opened anyway is in a sandbox.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Raw } from "../../../catalog/query.ts";
import { OCTET_STREAM } from "../../../catalog/tags/answer/raw_tag.ts";
import type { Steps } from "../../../runtime/steps.ts";
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import type { Row } from "../../../db/prepare/rows/read_rows.ts";
import { rowOf } from "../../../db/run/read_one.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { essenceOf } from "../../input/body/read_content.ts";
import { answerChunks } from "../answer_bytes.ts";
import { respondRow } from "./one.ts";
import type { Responder, ResponderOptions } from "../responder.ts";

export function respondRaw(
  prepared: PreparedQuery,
  raw: Raw,
  options: ResponderOptions,
): Responder {
  return respondRow(prepared, options, async (found, { context, headers, ...answer }) => {
    const { run } = context.get("request");
    const row = answer.row ?? await rowOf(found, { run });
    const content = row[raw.content.name];
    if (typeof content !== "string") {
      throw new ServiceError("not_found", "The row has no content");
    }
    const chunks = await run(decodeBase64(content));
    return answerChunks(context, chunks, { headers: { ...headers, ...headersOf(raw, row) } });
  });
}

/** A multiple of four, as four characters of base64 are three bytes. */
const CHUNK_CHARACTERS = 65_536;

/** The bytes in chunks, one for each step. */
function* decodeBase64(text: string): Steps<Uint8Array<ArrayBuffer>[]> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let start = 0; start < text.length; start += CHUNK_CHARACTERS) {
    if (start > 0) yield;
    chunks.push(Buffer.from(text.slice(start, start + CHUNK_CHARACTERS), "base64"));
  }
  return chunks;
}

/** The media types that a route may answer in, the preferred one first. */
export function typesOf({ types }: Raw): readonly string[] {
  return types.includes(OCTET_STREAM) ? types : [...types, OCTET_STREAM];
}

function headersOf({ type, types, disposition }: Raw, row: Row): Record<string, string> {
  const stored = type === null ? types[0] : row[type.name];
  const essence = typeof stored === "string" ? essenceOf(stored) : "";
  const isKnown = types.includes(essence);
  return {
    "content-type": isKnown ? essence : OCTET_STREAM,
    "content-disposition": isKnown ? disposition : "attachment",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    // Each range would read the whole row again.
    "accept-ranges": "none",
  };
}
