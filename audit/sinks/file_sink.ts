/**
 * Audit lines in a file, which is only ever appended to. Where it was renamed or removed, the next lines go
 * into a new file of the same path: rotating it takes no restart. One process writes to a file, which a lock
 * ensures.
 *
 * @module
 */
import type { AuditSink } from "../sink.ts";

export interface FileSinkOptions {
  /** Whether `write` waits until the lines are on the disk (`fdatasync`). */
  readonly durable: boolean;
}

/** Its owner writes, its group may read: a collector need not be the same user. */
const MODE = 0o640;
const LINE_FEED = 10;
/** Longest that the last flush may take: a disk or a pipe that hangs does not hold up the end of the process. */
const LAST_SYNC_MS = 1_000;

/** @throws if the file cannot be opened, or another process writes to it */
export async function openFileSink(path: string, options: FileSinkOptions): Promise<AuditSink> {
  const sink = new FileSink(path, options);
  await sink.open();
  return sink;
}

class FileSink implements AuditSink {
  readonly #path: string;
  readonly #durable: boolean;
  #file: Deno.FsFile | null = null;
  #isStale = false;
  #isClosed = false;
  /** Whether the file may be one that this process has created, whose name is not on the disk yet. */
  #isNew = true;

  constructor(path: string, { durable }: FileSinkOptions) {
    this.#path = path;
    this.#durable = durable;
  }

  async open(): Promise<void> {
    const file = await openToAppend(this.#path);
    try {
      if (!await file.tryLock(true)) {
        throw new Error(`Cannot write to "${this.#path}": another process writes to it`);
      }
      await endLastLine(file);
      if (this.#isClosed) throw new Error(`Cannot write to "${this.#path}": it was closed`);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#file = file;
    this.#isStale = false;
    this.#isNew = true;
  }

  async write(lines: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#file !== null && await this.#wasRotated(this.#file)) await this.#release();
    if (this.#file === null) await this.open();
    const file = this.#file!;
    const { size } = await file.stat();
    try {
      await writeAll(file, lines);
      if (this.#durable) await this.#sync(file);
    } catch (error) {
      // What a failed flush leaves behind cannot be trusted: the lines are written again, to a file that
      // is opened again.
      await file.truncate(size).catch(() => {});
      this.#file = null;
      file.close();
      throw error;
    }
  }

  /** With its metadata the first time: common file systems then have the name of a new file as well. */
  async #sync(file: Deno.FsFile): Promise<void> {
    if (this.#isNew) await file.sync();
    else await file.syncData();
    this.#isNew = false;
  }

  reopen(): void {
    this.#isStale = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#release(LAST_SYNC_MS);
  }

  /** @param longestMs how long it may take; default: as long as it takes */
  async #release(longestMs?: number): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (file === null) return;
    const synced = file.syncData().catch(() => {});
    let timer;
    if (longestMs !== undefined) {
      const over = new Promise<void>((resolve) => timer = setTimeout(resolve, longestMs));
      await Promise.race([synced, over]);
    } else await synced;
    clearTimeout(timer);
    file.close();
  }

  /** Whether the path no longer names the file that is open. */
  async #wasRotated(file: Deno.FsFile): Promise<boolean> {
    if (this.#isStale) return true;
    const own = await file.stat();
    try {
      const named = await Deno.stat(this.#path);
      return named.ino !== own.ino || named.dev !== own.dev;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return true;
      throw error;
    }
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    offset += await file.write(bytes.subarray(offset));
  }
}

/** A process that was killed may have left half a line, which the next must not become part of. */
async function endLastLine(file: Deno.FsFile): Promise<void> {
  const { isFile, size } = await file.stat();
  if (!isFile || size === 0) return;
  await file.seek(-1, Deno.SeekMode.End);
  const last = new Uint8Array(1);
  await file.read(last);
  if (last[0] !== LINE_FEED) await writeAll(file, Uint8Array.of(LINE_FEED));
}

/** @throws {Error} that says what to do where the runtime's does not */
async function openToAppend(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true, append: true, create: true, mode: MODE });
  } catch (cause) {
    const refusal = `Cannot write to "${path}"`;
    if (cause instanceof Deno.errors.NotFound) {
      throw new Error(`${refusal}: its folder does not exist: create it`, { cause });
    }
    if (cause instanceof Deno.errors.NotCapable) {
      const message = `${refusal}: the process may write no file: use "deno task start:audit"`;
      throw new Error(message, { cause });
    }
    throw cause;
  }
}
