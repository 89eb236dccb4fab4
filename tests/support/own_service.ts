/**
 * The real service on a schema, queries and routes of the test's own, without the example.
 *
 * @module
 */
import { expect } from "@std/expect";
import { startTestService, type TestService, type TestServiceOptions } from "./harness.ts";

export interface OwnCql {
  readonly migration: string;
  readonly queries: string;
}

export type OwnService = TestService & AsyncDisposable;

/** Writes a folder as `CQL_DIR` takes it; removes it when disposed. */
export async function createCqlFolder(
  { migration, queries }: OwnCql,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  for (const folder of ["migrations", "queries"]) await Deno.mkdir(`${path}/${folder}`);
  await Deno.writeTextFile(`${path}/migrations/0001_own.cql`, migration);
  await Deno.writeTextFile(`${path}/queries/own.cql`, queries);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Starts a service that serves only these queries. */
export async function startOwnService(
  cql: OwnCql,
  options: Omit<TestServiceOptions, "cqlDir"> = {},
): Promise<OwnService> {
  await using stack = new AsyncDisposableStack();
  const { path: cqlDir } = stack.use(await createCqlFolder(cql));
  const service = stack.use(await startTestService({ ...options, cqlDir }));
  const running = stack.move();
  return { ...service, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** A response's status and JSON body; null if it has none. */
export async function answer(response: Promise<Response>): Promise<[number, unknown]> {
  const { status } = await response;
  const text = await (await response).text();
  return [status, text === "" ? null : JSON.parse(text)];
}

/** Expects 2xx and gives the JSON body. */
export async function succeed<T = unknown>(response: Promise<Response>): Promise<T> {
  const [status, body] = await answer(response);
  expect([status, status < 300 ? null : body]).toEqual([status, null]);
  return body as T;
}

/** A page as routes of `:many` queries answer it. */
export interface Page<T> {
  readonly items: T[];
  readonly next_cursor: string | null;
}

/** Every page that follows from a path, each asked for by the cursor of the one before. */
export async function readPages<T>(service: TestService, path: string): Promise<T[][]> {
  const pages: T[][] = [];
  let cursor: string | null = null;
  do {
    const separator: string = path.includes("?") ? "&" : "?";
    const from: string = cursor === null ? "" : `${separator}cursor=${cursor}`;
    const page: Page<T> = await succeed<Page<T>>(service.request(`${path}${from}`));
    pages.push(page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return pages;
}
