/**
 * A release is rolled out to two replicas behind the load balancer that ships, and rolled back, while
 * clients read, write, stream and upload. The new release has a migration, so for a while two releases
 * serve one schema. No request is lost, and nothing is carried out twice.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { freePortForLater } from "../../dev/ports.ts";
import {
  type MigrationProject,
  openProjectCluster,
  type ProjectCluster,
} from "../support/cassandra/migration_project.ts";
import { eventually, untilReady } from "../support/eventually.ts";
import { answer } from "../support/own_service.ts";
import { type ServiceProcess, spawnService } from "../support/programs.ts";
import { type Balancer, startBalancer } from "./balancer.ts";
import {
  type Acknowledged,
  LOAD_MIGRATION,
  LOAD_QUERIES,
  LONG_BOOK,
  LONG_BOOK_CHAPTER,
  LONG_BOOK_CHAPTERS,
  PAGE,
  startLoad,
  type SteadyLoad,
  UPLOADED_CHAPTERS,
} from "./steady_load.ts";

/** Longer than the balancer takes to notice, as in production. */
const DRAIN_DELAY_MS = 5_000;

const OLD_QUERIES = `-- name: get_note :one
-- One note.
-- @route GET /notes/{id}
-- @public
SELECT id, body FROM notes WHERE id = :id;

-- name: add_note :exec
-- Adds a note.
-- @route POST /notes
-- @public
-- @param id in generated:uuid
INSERT INTO notes (id, body) VALUES (:id, :body);

${LOAD_QUERIES}`;

const NEW_QUERIES = OLD_QUERIES
  .replace("SELECT id, body FROM", "SELECT id, body, author FROM")
  .replace("-- @param id in", "-- @param author? in body\n-- @param id in")
  .replace("(id, body) VALUES (:id, :body)", "(id, body, author) VALUES (:id, :body, :author)");

const NEW_MIGRATION = "ALTER TABLE notes ADD author text;\n";

const stack = new AsyncDisposableStack();
let cluster: ProjectCluster;
let oldRelease: MigrationProject;
let newRelease: MigrationProject;
const ports = [freePortForLater(), freePortForLater()] as const;
/** In the order of `ports`. */
const replicas: [ServiceProcess | null, ServiceProcess | null] = [null, null];
let balancer: Balancer;
let load: SteadyLoad;

before(async () => {
  cluster = stack.use(await openProjectCluster());
  const migrations = { "0001_library.cql": LOAD_MIGRATION };
  oldRelease = stack.use(await cluster.create(migrations, { queries: OLD_QUERIES }));
  newRelease = stack.use(
    await cluster.create({ ...migrations, "0002_author.cql": NEW_MIGRATION }, {
      queries: NEW_QUERIES,
      keyspace: oldRelease.config.keyspace,
    }),
  );
  await oldRelease.migrate();
  const cql = `INSERT INTO ${oldRelease.config.keyspace}.chapters (book, number, content)
    VALUES (?, ?, ?)`;
  await Promise.all(
    Array.from(
      { length: LONG_BOOK_CHAPTERS },
      (_, number) =>
        cluster.client.execute(cql, [LONG_BOOK, number, LONG_BOOK_CHAPTER], { prepare: true }),
    ),
  );
  stack.defer(async () => {
    for (const replica of replicas) await replica?.[Symbol.asyncDispose]();
  });
  await Promise.all([run(0, oldRelease), run(1, oldRelease)]);
  balancer = stack.use(await startBalancer([replicas[0]!.url, replicas[1]!.url]));
  load = startLoad(balancer.url);
});
after(async () => {
  await load?.stop();
  await stack.disposeAsync();
});

/** Starts a release as a replica; resolves once it listens. */
async function run(index: 0 | 1, { env }: MigrationProject): Promise<ServiceProcess> {
  const port = `${ports[index]}`;
  const process = await spawnService({
    ...env,
    PORT: port,
    DRAIN_DELAY_MS: `${DRAIN_DELAY_MS}`,
    TRUSTED_PROXIES: "127.0.0.1",
    // The load comes from one address.
    MAX_IN_FLIGHT_PER_CALLER: "0",
  });
  replicas[index] = process;
  return process;
}

/** Stops a replica as an orchestrator does, and starts a release in its place. */
async function replace(index: 0 | 1, release: MigrationProject): Promise<ServiceProcess> {
  const process = replicas[index]!;
  process.kill("SIGTERM");
  expect((await process.status).code).toBe(0);
  return await run(index, release);
}

/** Resolves when the balancer sends requests to both replicas. */
async function served(): Promise<void> {
  for (const replica of replicas) {
    await untilReady(replica!.url);
    await eventually("the balancer sends requests to the replica", async () => {
      const metrics = await (await fetch(`${replica!.adminUrl}/metrics`)).text();
      return /^cqlgate_http_request_duration_seconds_count\{.*"\/visits\/\{page\}".*\} [1-9]/m
        .test(metrics);
    });
  }
  expect(load.lost).toEqual([]);
}

function addNote({ url }: ServiceProcess, note: Record<string, string>) {
  return answer(fetch(`${url}/notes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(note),
  }));
}

/** What either release does while the other one serves too. */
async function expectBothRight(old: ServiceProcess, current: ServiceProcess): Promise<void> {
  const read = async ({ url }: ServiceProcess, id: string) =>
    await answer(fetch(`${url}/notes/${id}`));
  const [, byOld] = await addNote(old, { body: "plain" }) as [number, { id: string }];
  const [, byNew] = await addNote(current, { body: "signed", author: "Ada" }) as [
    number,
    { id: string },
  ];
  const [plain, signed] = [{ id: byOld.id, body: "plain" }, { id: byNew.id, body: "signed" }];
  expect(await read(old, byOld.id)).toEqual([200, plain]);
  expect(await read(old, byNew.id)).toEqual([200, signed]);
  expect(await read(current, byOld.id)).toEqual([200, { ...plain, author: null }]);
  expect(await read(current, byNew.id)).toEqual([200, { ...signed, author: "Ada" }]);
  // Nothing is dropped in silence: the old release says that it does not know the member.
  const [status] = await addNote(old, { body: "signed", author: "Ada" });
  expect(status).toBe(422);
}

describe("a release with a migration", () => {
  it("is not ready on the old schema, and requests go to the other replica", async () => {
    const replica = await replace(0, newRelease);
    await eventually("it has looked at the schema", async () => {
      const { detail } = await (await fetch(`${replica.url}/readyz`)).json();
      return /schema version/.test(detail);
    });
    const { answered } = load;
    await eventually("the old release serves", () => load.answered > answered + 30);
    expect(load.lost).toEqual([]);
  });

  it("becomes ready when it is migrated, and both releases serve what is right", async () => {
    await newRelease.migrate();
    await served();
    await expectBothRight(replicas[1]!, replicas[0]!);
  });

  it("is rolled out", async () => {
    await replace(1, newRelease);
    await served();
  });

  it("is rolled back, and the old release serves on the new schema", async () => {
    await replace(0, oldRelease);
    await served();
    await expectBothRight(replicas[0]!, replicas[1]!);
  });

  it("has lost no request, and carried out each of them once", async () => {
    const acknowledged: Acknowledged = await load.stop();
    expect(load.lost).toEqual([]);
    const { notes, books, visits, streams } = acknowledged;
    const { keyspace } = oldRelease.config;
    const stored = await newRelease.rows(`SELECT id, body FROM ${keyspace}.notes`);
    const written = stored.filter(({ body }) => body !== "plain" && body !== "signed");
    expect(written.length).toBe(notes.size);
    expect(new Map(written.map(({ id, body }) => [body, `${id}`]))).toEqual(notes);
    const [row] = await newRelease.rows(
      `SELECT count FROM ${keyspace}.visits WHERE page = '${PAGE}'`,
    );
    expect(`${row!.count}`).toBe(`${visits}`);
    for (const book of books) {
      const chapters = await newRelease.rows(
        `SELECT number FROM ${keyspace}.chapters WHERE book = '${book}'`,
      );
      expect(chapters.map(({ number }) => number)).toEqual(UPLOADED_CHAPTERS);
    }
    // It was under way all the time.
    expect(Math.min(notes.size, visits)).toBeGreaterThan(100);
    expect(Math.min(streams, books.length)).toBeGreaterThan(2);
  });
});
