/**
 * Sends the requests of a run to the gateways in turn, reads what comes back to its end, and puts on
 * record how long each took.
 *
 * @module
 */
import type { Gateway } from "../gateway.ts";
import { starvedMs } from "../gateway.ts";
import type { Interval } from "../history.ts";
import type { RequestKind, RequestRecord } from "../ledger.ts";
import type { Answer } from "../verdict.ts";

export interface SentRequest {
  readonly kind: RequestKind;
  readonly method: "GET" | "PUT" | "POST" | "PATCH";
  readonly path: string;
  readonly json?: unknown;
  /** Lines of NDJSON, in place of `json`. */
  readonly lines?: readonly unknown[];
  /** Whether the answer is to come as a stream. */
  readonly isStreamed?: boolean;
}

export interface Received extends Answer, Interval {
  /** What came before the end, or before it broke. */
  readonly text: string;
}

export type Requester = (request: SentRequest) => Promise<Received>;

/** A gateway that has not answered by then never will. */
const GIVE_UP_MS = 20_000;
const NDJSON = "application/x-ndjson";

export function createRequester(
  gateways: readonly Gateway[],
  record: (request: RequestRecord) => void,
): Requester {
  let turn = 0;
  return async (request) => {
    const gateway = gateways[turn++ % gateways.length]!;
    const starved = () => gateway.starvedMs() + starvedMs(Deno.pid);
    const starvedBefore = starved();
    const startedAt = performance.now();
    const received = await receive(gateway.url, request);
    const endedAt = performance.now();
    const { kind } = request;
    const { status, code, longestWaitMs } = received;
    record({
      ...{ kind, gateway: gateway.name, status, code, longestWaitMs, startedAt, endedAt },
      starvedMs: starved() - starvedBefore,
    });
    return { ...received, startedAt, endedAt };
  };
}

type Outcome = Answer & { readonly text: string; readonly longestWaitMs: number };

async function receive(url: string, request: SentRequest): Promise<Outcome> {
  const { method, path, json, lines, isStreamed = false } = request;
  const body = lines?.map((line) => `${JSON.stringify(line)}\n`).join("") ??
    (json === undefined ? null : JSON.stringify(json));
  const type = lines === undefined ? "application/json" : NDJSON;
  const decoder = new TextDecoder();
  let lastAt = performance.now();
  let longestWaitMs = 0;
  const noteProgress = () => {
    const now = performance.now();
    longestWaitMs = Math.max(longestWaitMs, now - lastAt);
    lastAt = now;
  };
  let text = "";
  let response: Response;
  try {
    response = await fetch(url + path, {
      method,
      body,
      headers: {
        ...(body === null ? {} : { "content-type": type }),
        accept: isStreamed ? NDJSON : "application/json",
      },
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    noteProgress();
    for await (const chunk of response.body ?? []) {
      noteProgress();
      text += decoder.decode(chunk, { stream: true });
    }
    noteProgress();
  } catch (error) {
    noteProgress();
    return { status: null, code: null, detail: String(error), text, longestWaitMs };
  }
  return { status: response.status, ...problemIn(response, text), text, longestWaitMs };
}

/** @throws {SyntaxError} if it is not JSON */
function problemIn(response: Response, text: string): Pick<Answer, "code" | "detail"> {
  if (response.headers.get("content-type") !== "application/problem+json") {
    return { code: null, detail: "" };
  }
  const { code, detail } = JSON.parse(text) as { readonly code: string; readonly detail: string };
  return { code, detail };
}
