/**
 * What we know about a request while it is served. One record, made first and read last.
 *
 * @module
 */
import type { Context } from "hono";
import type { Code } from "../errors/codes.ts";
import type { RunSteps } from "../runtime/steps.ts";
import type { Stopwatch } from "../observe/stopwatch.ts";

/** The claims of a verified token. A number that JavaScript would round is an `ExactNumber`. */
export type Claims = Readonly<Record<string, unknown>>;

/** The key or certificate that the sender of a token has to prove possession of (RFC 7800, section 3). */
export interface Confirmation {
  /** The thumbprint of a key, for DPoP (RFC 9449, section 6.1); null if the token names none. */
  readonly key: string | null;
  /** The thumbprint of a certificate, for mutual TLS (RFC 8705, section 3.1); null without one. */
  readonly certificate: string | null;
}

/** How much of a stream is read at once. */
export interface PageShare {
  /** Bytes of a page at most, as Cassandra sends them. */
  readonly maxBytes: number;
  /** Whether the next page is read while the caller takes the one before. */
  readonly readsAhead: boolean;
}

/** The kinds of work that go on after the headers of an answer are out. */
export type StreamKind = "stream" | "upload" | "answer";

/** The slot of a request that its caller may keep waiting. */
export interface SlotOfCaller {
  /**
   * Lets another request have it, as long as its caller keeps it waiting; not if too many bytes would be outside.
   *
   * @param bytes that it may have in memory meanwhile
   */
  stepOut(bytes: number): void;
  /**
   * Takes it again, in turn with others; null if that needs no waiting.
   *
   * @throws {ServiceError} `too_busy`, by the promise
   * @throws {CallerLeft} by the promise, if the caller leaves while it waits
   */
  stepIn(request: { readonly signal: AbortSignal }): Promise<void> | null;
}

/** The caller, as a verified token identifies it. */
export interface Identity {
  /** The claim `iss`. */
  readonly issuer: string;
  /** The claim `sub`; unique for this issuer only. */
  readonly subject: string;
  /** Issuer and subject together. The key of everything that is kept per caller. */
  readonly caller: string;
  /** The claim `client_id`, or else `azp`, `cid` or `appid`; null if the token has none of them. */
  readonly clientId: string | null;
  readonly scopes: ReadonlySet<string>;
  readonly claims: Claims;
  /** Null if the token is a bearer token. */
  readonly confirmation: Confirmation | null;
  /** When the token expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Stands for the template where no route matched. */
export const UNMATCHED = "unmatched";

export interface RequestContext {
  readonly id: string;
  readonly headers: CountedHeaders;
  /** `performance.now()` at arrival. */
  readonly startedAt: number;
  /** Longest that its caller may take nothing of an answer, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** Runs while Cassandra is being waited for. */
  readonly cassandra: Stopwatch;
  /** The address at which clients find a path of the API, such as `/stations/hill`, for `Location` and links. */
  readonly publicUrl: (path: string) => string;
  /** The template of the route that matched, such as `/stations/{station_id}`. */
  route: string;
  /** The query that the parameters chose, where several share the route; else null. */
  query: string | null;
  /** Null before authentication and on public routes. */
  identity: Identity | null;
  /** Whom a verified token names that is bound to a key or certificate, if its sender did not prove to have it; else null. */
  unproven: Identity | null;
  /** Runs work in steps, in turn with other callers once the caller is known. */
  run: RunSteps;
  /** Whether another data centre served when it arrived at its route. */
  wasAway: boolean;
  /** How many rows have been read for its answer so far; of a stream, the rows of pages that began to go out. */
  rowsRead: number;
  /** About how much the handler of a hand-written route has read: of the body, and of rows as Cassandra sent them. */
  bytesRead: number;
  /** Whether an operation of it is on record, so that its outcome is too. */
  isAudited: boolean;
  /** Whether a recorded write of it has begun: further writes of its handler belong to the same request. */
  hasWritten: boolean;
  /** Takes rows that were read or written for it from the quotas that count them. */
  countRows: (count: number) => void;
  /** Why it should write no more rows: it owes some to a quota. Null if it owes none. */
  rowsObstacle: () => string | null;
  /** Why its work should stop now: it has been switched off since it began. Null if it may go on. */
  obstacle: () => string | null;
  /** What its answer says of the quotas that it takes from; null until it was let in. */
  quotaFields: (() => Readonly<Record<string, string>>) | null;
  /** The quota that it was refused by; else null. */
  policy: string | null;
  /**
   * Exchanges its slot among point requests for a slot among requests that last as long as their callers
   * like. Only the first call counts.
   *
   * @param bytes of a large answer; none for a stream or an upload
   * @throws {ServiceError} `too_many_streams` or `too_many_in_flight`
   */
  holdStream: (kind: StreamKind, bytes?: number) => void;
  /**
   * Exchanges its slot for a share of what callers may leave unread, if there is room. Otherwise it keeps the slot that
   * it has: an answer that has to arrive is not refused.
   */
  countUnread: (bytes: number) => void;
  /** What it gives up while its caller keeps it waiting; null as long as it was not let in. */
  slot: SlotOfCaller | null;
  /** Whether it has a slot of `holdStream`. */
  holdsStream: boolean;
  /** Gives back whatever slot it has. */
  leaveSlot: () => void;
  /** Reads a page of a stream when its turn comes, so that pages of streams do not crowd out point reads. */
  readInTurn: <Result>(read: () => Promise<Result>) => Promise<Result>;
  /** By how many streams there are now. */
  pageShare: () => PageShare;
  /** Resolves when a piece of the answer may go out, likewise. */
  takeWriteSlot: () => Promise<void>;
  /** The code of the problem that was answered with. */
  code: Code | null;
  /** What the operator should know about a failure. */
  cause: unknown;
  /**
   * Of a response that goes on after its headers: resolves when its last byte is out, to true, or when
   * it broke off, to false. Null for all others.
   */
  completion: Promise<boolean> | null;
}

/** The headers of a request, by their names in lower case. */
export type HeaderReader = Pick<Headers, "get" | "has">;

/** All headers of a request. */
export interface CountedHeaders extends HeaderReader {
  /** How many there are; those of one name count once. */
  readonly count: number;
  /** Of all names and values together. */
  readonly bytes: number;
}

/** The scopes of the caller; none where nobody is known. */
export function scopesOf(context: Context<AppEnv>): ReadonlySet<string> {
  return context.get("request").identity?.scopes ?? new Set();
}

/** The connection that a request came in by. */
export interface Connection extends Deno.ServeHandlerInfo<Deno.NetAddr> {
  /** Ends it, with all that is under way on it. Only this process can where it has decrypted it; else undefined. */
  readonly end?: () => void;
}

/** Hono's environment of every app of this service. */
export interface AppEnv {
  Bindings: Connection;
  Variables: { request: RequestContext };
}
