/**
 * Steady load on a service, of four kinds at once: short reads, writes that must be carried out exactly
 * once, streams that are read slowly and uploads that are sent slowly. It keeps count of what was
 * acknowledged, and of every request that was not answered as it should be.
 *
 * The service must serve {@link LOAD_QUERIES} on the tables of {@link LOAD_MIGRATION}.
 *
 * @module
 */
import { parseReport } from "../support/clients/bulk_client.ts";

export const LOAD_MIGRATION = `CREATE TABLE notes (id uuid PRIMARY KEY, body text);
CREATE TABLE visits (page text PRIMARY KEY, count counter);
CREATE TABLE chapters (book text, number int, content text, PRIMARY KEY (book, number));
`;

/** Without those of notes, which differ between releases. */
export const LOAD_QUERIES = `-- name: count_visit :exec
-- Counts a visit.
-- @route POST /visits/{page}
-- @public
UPDATE visits SET count = count + 1 WHERE page = :page;

-- name: read_book :many
-- The chapters of a book.
-- @route GET /books/{book}
-- @public
SELECT number, content FROM chapters WHERE book = :book;

-- name: upload_book :exec
-- Stores chapters of a book.
-- @route POST /books/{book}
-- @public
-- @bulk
INSERT INTO chapters (book, number, content) VALUES (:book, :number, :content);
`;

/** What the stream reads: more than sockets and the balancer hold, so that it is not over at once. */
export const LONG_BOOK = "long";
export const LONG_BOOK_CHAPTERS = 300;
export const LONG_BOOK_CHAPTER = "x".repeat(20_000);

const WRITERS = 3;
const SHORT_PAUSE_MS = 25;
const CHAPTERS_OF_AN_UPLOAD = 18;
/** Between two chapters, so that an upload takes a second or so. */
const UPLOAD_PAUSE_MS = 50;
/** At least, for a whole stream. */
const STREAM_MS = 900;

export interface Acknowledged {
  /** The ids of notes by their texts, each of which was sent once. */
  readonly notes: ReadonlyMap<string, string>;
  readonly visits: number;
  /** Books that were uploaded whole, each with as many chapters as the next. */
  readonly books: readonly string[];
  readonly streams: number;
}

export interface SteadyLoad {
  /** Requests that were answered as they should be, so far. */
  readonly answered: number;
  /** Requests that were not, and why. */
  readonly lost: readonly string[];
  /** Begins nothing more, and resolves when everything is answered. */
  stop(): Promise<Acknowledged>;
}

/** The page that visits are counted for. */
export const PAGE = "home";
export const UPLOADED_CHAPTERS: readonly number[] = Array.from(
  { length: CHAPTERS_OF_AN_UPLOAD },
  (_, number) => number,
);

/** Puts the load on the service at `url` until it is stopped. */
export function startLoad(url: string): SteadyLoad {
  const notes = new Map<string, string>();
  const books: string[] = [];
  const lost: string[] = [];
  let [visits, streams, answered, isStopped] = [0, 0, 0, false];

  async function repeat(action: () => Promise<void>): Promise<void> {
    while (!isStopped) {
      try {
        await action();
        answered++;
      } catch (error) {
        lost.push(String(error));
        await pause(100);
      }
    }
  }
  async function writeNote(): Promise<void> {
    const body = crypto.randomUUID();
    const { id } = await post(`${url}/notes`, { body });
    notes.set(body, id);
    const read = await (await expectOk(fetch(`${url}/notes/${id}`))).json();
    if (read.body !== body) throw new Error(`Read ${JSON.stringify(read)}, not "${body}"`);
    await pause(SHORT_PAUSE_MS);
  }
  async function visit(): Promise<void> {
    const response = await expectOk(fetch(`${url}/visits/${PAGE}`, { method: "POST" }));
    await response.body?.cancel();
    visits++;
    await pause(SHORT_PAUSE_MS);
  }
  async function stream(): Promise<void> {
    const headers = { accept: "application/x-ndjson" };
    const response = await expectOk(fetch(`${url}/books/${LONG_BOOK}`, { headers }));
    const startedAt = performance.now();
    let lines = 0;
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      lines += text.split("\n").length - 1;
      await pauseUntil(startedAt + STREAM_MS * lines / LONG_BOOK_CHAPTERS);
    }
    if (lines !== LONG_BOOK_CHAPTERS) throw new Error(`The stream had ${lines} lines`);
    streams++;
  }
  async function upload(): Promise<void> {
    const book = crypto.randomUUID();
    const response = await expectOk(fetch(`${url}/books/${book}`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: ReadableStream.from(chapters()).pipeThrough(new TextEncoderStream()),
    }));
    const { summary, failures } = parseReport(await response.text());
    if (summary.written !== CHAPTERS_OF_AN_UPLOAD) {
      throw new Error(`The report says ${JSON.stringify({ summary, failures })}`);
    }
    books.push(book);
  }

  const running = Promise.all([
    ...Array.from({ length: WRITERS }, () => repeat(writeNote)),
    repeat(visit),
    repeat(stream),
    repeat(stream),
    repeat(upload),
    repeat(upload),
  ]);
  return {
    get answered() {
      return answered;
    },
    lost,
    async stop() {
      isStopped = true;
      await running;
      return { notes, visits, books, streams };
    },
  };
}

async function* chapters(): AsyncGenerator<string> {
  for (const number of UPLOADED_CHAPTERS) {
    yield `${JSON.stringify({ number, content: `Chapter ${number}` })}\n`;
    await pause(UPLOAD_PAUSE_MS);
  }
}

async function post(url: string, json: unknown) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(json);
  return await (await expectOk(fetch(url, { method: "POST", headers, body }))).json();
}

/** @throws {Error} with the whole answer, unless it is 2xx */
async function expectOk(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  if (response.ok) return response;
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
}

/** @param instant as `performance.now()` gives it; nothing is waited for once it has passed */
async function pauseUntil(instant: number): Promise<void> {
  const ms = instant - performance.now();
  if (ms > 1) await pause(ms);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
