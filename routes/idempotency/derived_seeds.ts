/**
 * Seeds that follow from a request and its key, so that the same request has the same generated values on every
 * replica, and none of them has to remember it. An HMAC (RFC 2104, SHA-256) over everything that identifies the
 * request: nobody without the secret can predict its values, and a request that differs anywhere gets different
 * values.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import type { EncodedValues } from "../../db/prepare/prepared_query.ts";
import type { Seed } from "../generate/seed.ts";
import { uuidOfRandom, uuidOfTime } from "../generate/uuid.ts";

/** A request with an `Idempotency-Key`, without its values. */
export interface KeyedRequest {
  readonly issuer: string;
  readonly subject: string;
  /** The query's name. */
  readonly query: string;
  /** The text of the key. */
  readonly key: string;
  /** Its time, in steps of 100 ns since 1970. */
  readonly ticks: bigint;
}

/** Another label would make other values. */
const LABEL = "cqlgate: generated values";

/**
 * @param values what the caller sent, and the token
 * @param line of an upload, from one; 0 for a request with a single input
 */
export function deriveSeed(
  secret: Uint8Array,
  { issuer, subject, query, key, ticks }: KeyedRequest,
  { values, line }: { readonly values: EncodedValues; readonly line: number },
): Seed {
  const parts = [LABEL, issuer, subject, query, key, String(line), digestOf(values)];
  const root = createHmac("sha256", secret).update(joined(parts)).digest();
  const bytesFor = (param: string) => createHmac("sha256", root).update(param).digest();
  return {
    ms: Number(ticks / 10_000n),
    uuid: (param) => uuidOfRandom(bytesFor(param)),
    // The lines of an upload keep their order.
    timeuuid: (param) => uuidOfTime(ticks + BigInt(line), bytesFor(param)),
  };
}

/**
 * A hash of the values, whatever the layout and the order of the JSON that they came in. Values that were left
 * out do not count, so that a release with another optional parameter gives the same hash.
 */
function digestOf(values: EncodedValues): Buffer {
  const parts = Object.keys(values).sort().flatMap((name) => {
    const bytes = values[name];
    return bytes === undefined ? [] : [name, bytes];
  });
  return createHash("sha256").update(joined(parts)).digest();
}

/**
 * Each part with its length before it, so that no two lists of parts are joined alike. UTF-8 has no lone
 * surrogates, all of which would become the same character: a text with any is UTF-16, and its length negative.
 */
function joined(parts: readonly (string | Buffer | null)[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => {
    const isUtf16 = typeof part === "string" && !part.isWellFormed();
    const bytes = typeof part === "string" ? Buffer.from(part, isUtf16 ? "utf16le" : "utf8") : part;
    const length = Buffer.alloc(4);
    length.writeInt32BE(bytes === null ? -1 : isUtf16 ? -1 - bytes.length : bytes.length);
    return bytes ? [length, bytes] : [length];
  }));
}
