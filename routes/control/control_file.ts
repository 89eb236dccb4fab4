/**
 * The control file: what operators switch off without a deploy. It is read again every second, since a
 * mounted file changes by a link that no event tells of, and at once when it is asked for. New content
 * applies whole or not at all: what cannot be read leaves what holds in force.
 *
 * @module
 */
import { quote } from "../../catalog/text/quote.ts";
import { closest } from "../../catalog/text/suggest.ts";
import type { Observe } from "../../observe/observation.ts";
import { oneAtATime } from "../../runtime/one_at_a_time.ts";
import { type ControlState, parseControl } from "./control_state.ts";

/** What is switched off now. */
export interface Control {
  readonly state: ControlState;
  /** Learns the names of the queries and routes that are served. The file may be wrong about them. */
  noteNames(names: readonly string[]): void;
}

export interface ControlFile extends Control {
  /** Reads it again, as it is now or later. Never rejects. */
  refresh(): Promise<void>;
  close(): void;
}

const INTERVAL_MS = 1_000;
const MAX_BYTES = 1024 * 1024;

/** @throws {Error} if it cannot be read, or has a mistake: with what is wrong */
export async function readControlFile(path: string): Promise<ControlState> {
  return parse(path, await readText(path));
}

/** @throws {Error} if it cannot be read: then it is unknown what has to be off */
export async function openControlFile(
  path: string,
  { observe }: { readonly observe: Observe },
): Promise<ControlFile> {
  let content = await readText(path);
  let state = parse(path, content);
  /** The last problem, which is reported once. */
  let problem: string | null = null;
  /** Null until routes are served. */
  let known: ReadonlySet<string> | null = null;

  /** A misspelt name switches nothing off. An older or newer release may have the query, though. */
  function warnOfUnknown(): void {
    if (known === null) return;
    for (const name of state.queries) {
      if (known.has(name)) continue;
      const near = closest(name, [...known]);
      const message = `The control file switches off ${quote(name)}, which is not served` +
        (near === null ? "" : `: did you mean ${quote(near)}?`);
      observe({ kind: "warning", message, cause: undefined });
    }
  }

  async function read(): Promise<void> {
    try {
      const text = await readText(path);
      if (text === content && problem === null) return;
      state = parse(path, text);
      content = text;
      problem = null;
      observe({ kind: "control", applied: true, ...summaryOf(state), cause: undefined });
      warnOfUnknown();
    } catch (error) {
      const { message } = error as Error;
      if (message === problem) return;
      problem = message;
      observe({ kind: "control", applied: false, ...summaryOf(state), cause: error });
    }
  }

  const refresh = oneAtATime(read);
  const timer = setInterval(refresh, INTERVAL_MS);
  // The process may end while it waits for the next look.
  Deno.unrefTimer(timer);
  observe({ kind: "control", applied: true, ...summaryOf(state), cause: undefined });
  return {
    get state() {
      return state;
    },
    noteNames(names) {
      known = new Set(names);
      warnOfUnknown();
    },
    refresh,
    close: () => clearInterval(timer),
  };
}

function summaryOf({ readOnly, queries, clients, claims }: ControlState) {
  return {
    readOnly,
    queries: queries.size,
    callers: claims.reduce((sum, { values }) => sum + values.size, clients.size),
  };
}

function parse(path: string, text: string): ControlState {
  try {
    return parseControl(text);
  } catch (error) {
    throw new Error(`Cannot use control file "${path}": ${(error as Error).message}`);
  }
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await Deno.stat(path);
    if (size > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new Error(`Cannot read control file "${path}": ${(error as Error).message}`);
  }
}
