/**
 * Answers of Cassandra that are kept, up to a number of bytes: what was used least recently goes first.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type {
  BoundValues,
  PreparedStatement,
  RawResult,
} from "../driver/internals/driver_types.ts";
import { isSameRead, type ReadIdentity } from "./read_identity.ts";

/** An answer, and until when it serves. Times are those of `performance.now()`. */
export interface KeptAnswer {
  readonly identity: ReadIdentity;
  readonly result: RawResult;
  /** When it came. */
  readonly arrivedAt: number;
  readonly freshUntil: number;
  readonly staleUntil: number;
  /** Before this time nobody asks for a newer one. */
  refreshAt: number;
}

/** The answers of a statement, by the hash of their reads. Of two with one hash the later is kept. */
type Shelf = Map<number, Entry>;

interface Entry extends KeptAnswer {
  readonly shelf: Shelf;
  readonly hash: number;
  readonly bytes: number;
}

export interface Reads {
  readonly statement: PreparedStatement;
  readonly identity: ReadIdentity;
  readonly hash: number;
}

/** What an entry takes beside its bytes, about. */
const ENTRY_BYTES = 512;
/** An answer with more than this part of the whole would push out too many others. */
const LARGEST_PART = 8;

export class AnswerCache {
  readonly #maxBytes: number;
  readonly #shelves = new WeakMap<PreparedStatement, Shelf>();
  /** Every entry, what was used least recently first. */
  readonly #entries = new Set<Entry>();
  #bytes = 0;
  #evicted = 0;

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** How many had to go although they were still good. */
  get evicted(): number {
    return this.#evicted;
  }

  /** The answer to a read; null if nothing is kept for it, or it is too old. */
  find({ statement, identity, hash }: Reads, now: number): KeptAnswer | null {
    const entry = this.#shelves.get(statement)?.get(hash);
    if (entry === undefined || !isSameRead(entry.identity, identity)) return null;
    this.#entries.delete(entry);
    if (now < entry.staleUntil) {
      this.#entries.add(entry);
      return entry;
    }
    this.#remove(entry);
    return null;
  }

  /** Keeps an answer in the place of an older one, if it is not too large. */
  keep(
    { statement, identity, hash }: Reads,
    answer: Omit<KeptAnswer, "identity">,
  ): void {
    const { rows, pagingState } = answer.result;
    const bytes = ENTRY_BYTES + bytesOf(identity) + rows.end - rows.offset +
      (pagingState?.length ?? 0);
    const shelf: Shelf = this.#shelves.get(statement) ?? new Map();
    const older = shelf.get(hash);
    if (older !== undefined) this.#remove(older);
    if (bytes > this.#maxBytes / LARGEST_PART) return;
    const entry: Entry = {
      ...answer,
      result: copyOfResult(answer.result),
      identity: copyOfIdentity(identity),
      shelf,
      hash,
      bytes,
    };
    this.#shelves.set(statement, shelf);
    shelf.set(hash, entry);
    this.#entries.add(entry);
    this.#bytes += bytes;
    this.#makeRoom(answer.arrivedAt);
  }

  #makeRoom(now: number): void {
    for (const entry of this.#entries) {
      const isOver = now >= entry.staleUntil;
      if (!isOver && this.#bytes <= this.#maxBytes) return;
      if (!isOver) this.#evicted++;
      this.#remove(entry);
    }
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry);
    if (entry.shelf.get(entry.hash) === entry) entry.shelf.delete(entry.hash);
    this.#bytes -= entry.bytes;
  }
}

function bytesOf({ bound, pagingState }: ReadIdentity): number {
  return bound.reduce((sum, value) => sum + (value?.length ?? 0), pagingState?.length ?? 0);
}

/** With no byte of the frame that the rows came in but their own: a view would keep all of it. */
function copyOfResult({ rows, pagingState, ...result }: RawResult): RawResult {
  const { length, body, offset, end } = rows;
  return {
    ...result,
    rows: { length, body: copyOf(body.subarray(offset, end)), offset: 0, end: end - offset },
    pagingState: pagingState && copyOf(pagingState),
    // They were about the statement.
    warnings: [],
    traceSession: null,
  };
}

function copyOfIdentity({ bound, pagingState, ...identity }: ReadIdentity): ReadIdentity {
  const values: BoundValues = bound.map((value) => value && copyOf(value));
  return { ...identity, bound: values, pagingState: pagingState && copyOf(pagingState) };
}

function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
