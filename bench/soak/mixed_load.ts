/**
 * A steady mix of callers: point reads, writes, streams, uploads, and requests that are refused. Each caller pauses after an
 * answer, so that the load is the same from beginning to end. What an answer should be is known, and anything else is a
 * failure.
 *
 * @module
 */

/** What the service of a soak serves. */
export const PROJECT = {
  migration: `CREATE TABLE samples (
  list text, id int, value double, note text, PRIMARY KEY (list, id)
);
`,
  queries: `-- name: get_sample :one
-- @route GET /samples/{list}/{id}
-- @public
SELECT id, value, note FROM samples WHERE list = :list AND id = :id;

-- name: list_samples :many
-- @route GET /samples/{list}
-- @public
SELECT id, value, note FROM samples WHERE list = :list;

-- name: record_sample :exec
-- @bulk
-- @route POST /samples/{list}
-- @public
INSERT INTO samples (list, id, value, note) VALUES (:list, :id, :value, :note);
`,
};

/** All writes go to these rows, so that the table stays as large as it is. */
export const LIST = { name: "l", rows: 10_000 };
const LINES = 500;
const NOTE = "a note of some length, which stands for what people write";

export const KINDS = ["read", "write", "stream", "upload", "refused"] as const;
export type Kind = typeof KINDS[number];

export interface Answered {
  readonly kind: Kind;
  /** Until the last byte of the answer. */
  readonly ms: number;
  readonly isAsExpected: boolean;
}

interface CallerPlan {
  readonly callers: number;
  readonly pauseMs: number;
  /** Sends a request. @returns whether it was answered as it should be */
  ask(url: string): Promise<boolean>;
}

const PLANS: Readonly<Record<Kind, CallerPlan>> = {
  read: {
    callers: 12,
    pauseMs: 40,
    async ask(url) {
      const id = anyId();
      const { status, text } = await send(`${url}/${id}`);
      return status === 200 && JSON.parse(text).id === id;
    },
  },
  write: {
    callers: 4,
    pauseMs: 40,
    ask: async (url) => (await post(url, sample(), "application/json")).status === 204,
  },
  stream: {
    callers: 2,
    pauseMs: 500,
    async ask(url) {
      const { status, text } = await send(url, { headers: { accept: "application/x-ndjson" } });
      return status === 200 && text.split("\n").length === LIST.rows + 1;
    },
  },
  upload: {
    callers: 1,
    pauseMs: 1_000,
    async ask(url) {
      const { status, text } = await post(url, samples(LINES), "application/x-ndjson");
      return status === 200 && text.includes(`"written":${LINES}`);
    },
  },
  refused: {
    callers: 2,
    pauseMs: 100,
    async ask(url) {
      const answers = await Promise.all([
        send(`${url}/not-a-number`),
        send(`${url}/${LIST.rows + anyId()}`),
        post(url, '{"id":', "application/json"),
      ]);
      return answers.map(({ status }) => status).join() === "422,404,400";
    },
  },
};

/** Sends requests until the signal ends it, and reports each of them. */
export async function callMixed(
  base: string,
  { signal, onAnswer }: { signal: AbortSignal; onAnswer: (answered: Answered) => void },
): Promise<void> {
  const url = `${base}/samples/${LIST.name}`;
  const callers = KINDS.flatMap((kind) => {
    const { callers, pauseMs, ask } = PLANS[kind];
    return Array.from({ length: callers }, async () => {
      while (!signal.aborted) {
        const startedAt = performance.now();
        const isAsExpected = await ask(url).catch(() => false);
        onAnswer({ kind, ms: performance.now() - startedAt, isAsExpected });
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    });
  });
  await Promise.all(callers);
}

/** Writes every row once. */
export async function fillList(base: string): Promise<void> {
  const lines = Array.from({ length: LIST.rows }, (_, id) => sample(id)).join("\n");
  const { status, text } = await post(
    `${base}/samples/${LIST.name}`,
    lines,
    "application/x-ndjson",
  );
  if (status !== 200) throw new Error(`Cannot fill the table: ${status} ${text}`);
}

async function send(url: string, init?: RequestInit): Promise<{ status: number; text: string }> {
  const response = await fetch(url, init);
  return { status: response.status, text: await response.text() };
}

function post(url: string, body: string, contentType: string) {
  return send(url, { method: "POST", headers: { "content-type": contentType }, body });
}

const anyId = () => Math.floor(Math.random() * LIST.rows);
const sample = (id = anyId()) => JSON.stringify({ id, value: id / 7, note: NOTE });
const samples = (count: number) => Array.from({ length: count }, () => sample()).join("\n");
