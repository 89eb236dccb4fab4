/**
 * What the tests of `@bulk` have in common: the example's observations as lines, sending lines, and
 * reading what became of them.
 *
 * @module
 */
import { expect } from "@std/expect";
import type { Observation } from "../../../observe/observation.ts";
import type { TestService } from "../harness.ts";

export const NDJSON = "application/x-ndjson";

export interface Failure {
  readonly line: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly current?: Readonly<Record<string, unknown>>;
}

export interface Summary {
  readonly read: number;
  readonly written: number;
  readonly failed: number;
  readonly stopped?: string;
}

export interface Report {
  /** By their lines. */
  readonly failures: Failure[];
  readonly summary: Summary;
}

/** A bulk answer, whose last line must be its summary. */
export function parseReport(text: string): Report {
  expect(text.endsWith("\n")).toBe(true);
  const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  const { summary } = lines.pop();
  expect(summary).toBeDefined();
  return { failures: lines.toSorted((a, b) => a.line - b.line), summary };
}

/** Sends many inputs in one request, and gives the report. */
export async function upload(
  service: TestService,
  path: string,
  { body, type = NDJSON, method = "POST" }: { body: BodyInit; type?: string; method?: string },
): Promise<Report> {
  const headers = { "content-type": type };
  const response = await service.request(path, { method, body, headers });
  const text = await response.text();
  expect([response.status, response.headers.get("content-type")]).toEqual([200, NDJSON]);
  return parseReport(text);
}

/** A request whose body goes on until the test ends it. */
export function openUpload(service: TestService, path: string, { type = NDJSON } = {}) {
  const { readable, writable } = new TransformStream<string, string>();
  const response = service.request(path, {
    method: "POST",
    body: readable.pipeThrough(new TextEncoderStream()),
    headers: { "content-type": type },
  });
  return { writer: writable.getWriter(), response };
}

/** An observation of the n-th minute of 2010, as a line without its end. */
export function observation(minute: number): string {
  const observedAt = new Date(Date.UTC(2010, 0, 1) + minute * 60_000).toISOString();
  return JSON.stringify({ observed_at: observedAt, temperature: minute / 10 });
}

/** The lines of the first minutes of 2010. */
export function observations(count: number): string {
  return Array.from({ length: count }, (_, minute) => `${observation(minute)}\n`).join("");
}

export interface Stored {
  readonly temperature: number | null;
  readonly pressure: number | null;
  readonly wind: number | null;
}

/** What Cassandra has of a station in January 2010, of tenant acme, oldest first. */
export async function stored({ client }: TestService, station: string): Promise<Stored[]> {
  const { rows } = await client.execute(
    `SELECT temperature, pressure, wind FROM observations
      WHERE tenant_id = 'acme' AND station_id = ? AND month = '2010-01'
      ORDER BY observed_at ASC`,
    [station],
    { prepare: true, fetchSize: 50_000 },
  );
  return rows.map(({ temperature, pressure, wind }) => ({ temperature, pressure, wind }));
}

/** The bulk requests that were observed after the first `since` observations. */
export function bulkObservations(
  { observations }: TestService,
  since: number,
): Extract<Observation, { kind: "bulk" }>[] {
  return observations.slice(since).filter((each) => each.kind === "bulk");
}
