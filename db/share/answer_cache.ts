/**
 * Cached answers of Cassandra, up to a number of bytes: the least recently used goes first. All bytes of an
 * entry are in one piece of memory, since each further piece would cost some hundreds of bytes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { PreparedStatement, RawResult, RowTexts } from "../driver/internals/driver_types.ts";
import { RecencyList, type Recent } from "../../runtime/recency_list.ts";
import { TransientMap } from "../../runtime/transient_map.ts";
import {
  isSamePacked,
  type PackedIdentity,
  packedLengthOf,
  packIdentity,
  type ReadIdentity,
} from "./read_identity.ts";

/** An answer, and until when it may be used. Times are those of `performance.now()`. */
export interface KeptAnswer {
  readonly result: RawResult;
  /** When Cassandra was asked: the rows are as new as that, or newer. */
  readonly askedAt: number;
  readonly freshUntil: number;
  readonly staleUntil: number;
  /** Nobody asks for a newer answer before this time. */
  refreshAt: number;
}

/** The answers of a statement, by the hash of their reads. Of two with the same hash, the later is kept. */
type Shelf = TransientMap<number, Entry>;

interface Entry extends KeptAnswer, Recent<Entry> {
  readonly identity: PackedIdentity;
  readonly shelf: Shelf;
  readonly hash: number;
  /** Including its texts. */
  bytes: number;
}

export interface Reads {
  readonly statement: PreparedStatement;
  readonly identity: ReadIdentity;
  readonly hash: number;
}

/** The memory of an entry without its bytes, as measured: its objects, and its slots in maps and sets. */
const ENTRY_BYTES = 1_024;
/** An answer larger than this part of the whole would push out too many others. */
const LARGEST_PART = 8;

export class AnswerCache {
  readonly #maxBytes: number;
  readonly #shelves = new WeakMap<PreparedStatement, Shelf>();
  readonly #recency = new RecencyList<Entry>();
  #size = 0;
  #bytes = 0;
  #evicted = 0;

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#size;
  }

  /** How many had to go although they were still good. */
  get evicted(): number {
    return this.#evicted;
  }

  /** The answer to a read; null if nothing is kept for it, or it is too old. */
  find({ statement, identity, hash }: Reads, now: number): KeptAnswer | null {
    const entry = this.#shelves.get(statement)?.get(hash);
    if (entry === undefined || !isSamePacked(entry.identity, identity)) return null;
    if (now < entry.staleUntil) {
      this.#recency.use(entry);
      return entry;
    }
    this.#remove(entry);
    return null;
  }

  /**
   * Keeps an answer in place of an older one, if it is not too large. An answer to an earlier request than the
   * cached one is dropped, however late it comes.
   */
  keep(
    { statement, identity, hash }: Reads,
    { result, ...times }: KeptAnswer,
    now: number,
  ): void {
    const shelf: Shelf = this.#shelves.get(statement) ?? new TransientMap();
    const older = shelf.get(hash);
    if (older !== undefined) {
      if (older.askedAt > times.askedAt && isSamePacked(older.identity, identity)) return;
      this.#remove(older);
    }
    const bytes = ENTRY_BYTES + bytesOf(identity, result);
    if (bytes > this.#maxBytes / LARGEST_PART) return;
    const texts = new KeptTexts((added) => this.#grow(entry, added));
    const copy = copyOf(identity, result, texts);
    const entry: Entry = { ...times, ...copy, shelf, hash, bytes, newer: null, older: null };
    this.#shelves.set(statement, shelf);
    shelf.set(hash, entry);
    this.#recency.add(entry);
    this.#size++;
    this.#bytes += bytes;
    this.#makeRoom(now);
  }

  /**
   * Counts a text that an entry gets.
   *
   * @returns whether there is room for it; no answer goes for a text
   */
  #grow(entry: Entry, added: number): boolean {
    if (!isKept(entry) || this.#bytes + added > this.#maxBytes) return false;
    entry.bytes += added;
    this.#bytes += added;
    return true;
  }

  #makeRoom(now: number): void {
    for (let entry = this.#recency.oldest; entry !== null; entry = this.#recency.oldest) {
      const isOver = now >= entry.staleUntil;
      if (!isOver && this.#bytes <= this.#maxBytes) return;
      if (!isOver) this.#evicted++;
      this.#remove(entry);
    }
  }

  #remove(entry: Entry): void {
    entry.shelf.delete(entry.hash);
    this.#recency.remove(entry);
    this.#size--;
    this.#bytes -= entry.bytes;
  }
}

function isKept(entry: Entry): boolean {
  return entry.shelf.get(entry.hash) === entry;
}

/** The bytes of a copy of the answer. */
function bytesOf(identity: ReadIdentity, { rows, pagingState }: RawResult): number {
  return packedLengthOf(identity) + rows.end - rows.offset + (pagingState?.length ?? 0);
}

/** With no byte of the frame that the rows came in but their own: a view would keep all of it. */
function copyOf(
  identity: ReadIdentity,
  { rows, pagingState, ...result }: RawResult,
  texts: RowTexts,
): Pick<Entry, "identity" | "result"> {
  const bytes = Buffer.allocUnsafeSlow(bytesOf(identity, { rows, pagingState, ...result }));
  const { length, body, offset: start, end: rowsEnd } = rows;
  const end = body.copy(bytes, 0, start, rowsEnd);
  const pagingEnd = end + (pagingState?.copy(bytes, end) ?? 0);
  return {
    identity: packIdentity(identity, bytes, pagingEnd),
    result: {
      ...result,
      rows: { length, body: bytes, offset: 0, end, texts },
      pagingState: pagingState && bytes.subarray(end, pagingEnd),
      // They were about the statement.
      warnings: [],
      traceSession: null,
    },
  };
}

/** The memory of a text without its bytes. */
const TEXT_BYTES = 256;

/** The texts of an entry: those for which there is room. */
class KeptTexts implements RowTexts {
  /** Most entries have none. */
  #texts: Map<object, Uint8Array> | null = null;
  readonly #takeRoom: (bytes: number) => boolean;

  /** @param takeRoom takes room for a number of bytes, if there is enough */
  constructor(takeRoom: (bytes: number) => boolean) {
    this.#takeRoom = takeRoom;
  }

  get(writer: object): Uint8Array | undefined {
    return this.#texts?.get(writer);
  }

  set(writer: object, text: Uint8Array): void {
    if (!this.#takeRoom(TEXT_BYTES + text.length)) return;
    this.#texts ??= new Map();
    this.#texts.set(writer, text);
  }
}
