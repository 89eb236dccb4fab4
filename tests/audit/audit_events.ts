/**
 * What an audit log holds, each line checked against the contract in `docs/audit.schema.json`.
 *
 * @module
 */
import { expect } from "@std/expect";
import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import { type AuditEvent, EVENT_SCHEMAS } from "../../audit/event.ts";
import { eventually } from "../support/eventually.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const isEvent = ajv.compile<AuditEvent>(
  JSON.parse(
    await Deno.readTextFile(new URL("../../docs/audit.schema.json", import.meta.url)),
  ),
);

/** An event of a line; fails unless it is what the contract says, and nothing more. */
export function readEvent(line: string): AuditEvent {
  expect(line).toMatch(/^[\x20-\x7e]+$/);
  const event: unknown = JSON.parse(line);
  if (!isEvent(event)) throw new Error(`${line}: ${JSON.stringify(isEvent.errors)}`);
  const known = Object.keys(EVENT_SCHEMAS[event.event].shape);
  expect(Object.keys(event).filter((field) => !known.includes(field))).toEqual([]);
  return event;
}

/** The events of whole lines; the last line may still be under way, or cut off by a kill. */
export function readEvents(text: string): AuditEvent[] {
  return text.split("\n").slice(0, -1).map(readEvent);
}

/** A file that a service writes its audit log to. */
export interface AuditFile extends AsyncDisposable {
  readonly path: string;
  /** All events so far. */
  events(): Promise<AuditEvent[]>;
  /** The events of a request, once there are this many. */
  of(requestId: string, count?: number): Promise<AuditEvent[]>;
}

export async function createAuditFile(): Promise<AuditFile> {
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  const path = `${folder}/audit.jsonl`;
  const events = async () => readEvents(await Deno.readTextFile(path));
  return {
    path,
    events,
    of: (requestId, count = 1) =>
      eventually(`there are ${count} events of "${requestId}"`, async () => {
        const own = (await events()).filter((event) =>
          "request_id" in event && event.request_id === requestId
        );
        return own.length >= count && own;
      }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
