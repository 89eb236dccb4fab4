/**
 * Migrations in a folder, and a keyspace for them, of a test's own.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { type Config, readConfig } from "../../../config/config.ts";
import type { Interruption } from "../../../db/migrate/lease/interruption.ts";
import { migrate } from "../../../tasks/migrate.ts";
import type { MigrateArguments } from "../../../tasks/migrate_arguments.ts";
import { testEnvironment } from "../harness.ts";
import { PATIENT_SOCKET } from "./patient_socket.ts";

/** A file's new text, or null to remove it. */
export type Files = Readonly<Record<string, string | null>>;

export interface MigrationProject extends AsyncDisposable {
  readonly config: Config;
  /** What `config` was read from. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Writes files of `migrations/`. */
  write(files: Files): Promise<void>;
  /** Runs the task; what it says, with the folder as `cql`. */
  migrate(options?: MigrateOptions): Promise<string[]>;
  /** What the task says where it fails; `none` if it does not. */
  refusal(options?: MigrateOptions): Promise<string>;
  rows(cql: string): Promise<Record<string, unknown>[]>;
  history(): Promise<Record<string, unknown>[]>;
  allTables(): Promise<string[]>;
  /** Without those of the service itself. */
  tables(): Promise<string[]>;
}

export interface MigrateOptions extends Partial<MigrateArguments> {
  readonly leaseSeconds?: number;
  readonly host?: string;
  readonly interruption?: Interruption;
  /** Hears of each line as it is said. */
  readonly hear?: (line: string) => void;
  readonly replication?: Config["replication"];
}

/** Where the projects of a test file live. */
export interface ProjectCluster extends AsyncDisposable {
  readonly client: cassandra.Client;
  create(files: Files, options?: ProjectOptions): Promise<MigrationProject>;
}

export interface ProjectOptions {
  /** Text of `queries/notes.cql`. Default: one query of a table `notes`. */
  readonly queries?: string;
  /** Default: a random name. */
  readonly keyspace?: string;
}

const QUERIES = `-- name: get_note :one
-- One note.
-- @route GET /notes/{id}
-- @public
SELECT id, body, tag FROM notes WHERE id = :id;
`;

/** @param env settings beside those that lead to the Cassandra of the tests */
export async function openProjectCluster(
  env: Readonly<Record<string, string>> = {},
): Promise<ProjectCluster> {
  const environment = await testEnvironment(env);
  const { contactPoints, localDatacenter } = readConfig(environment.env);
  const client = new cassandra.Client({
    socketOptions: PATIENT_SOCKET,
    contactPoints: [...contactPoints],
    localDataCenter: localDatacenter!,
  });
  await client.connect();
  return {
    client,
    create: (files, options = {}) =>
      createProject(files, { client, base: environment.env, ...options }),
    async [Symbol.asyncDispose]() {
      await client.shutdown();
      await environment.release();
    },
  };
}

async function createProject(
  files: Files,
  { client, base, queries = QUERIES, keyspace: given }: ProjectOptions & {
    readonly client: cassandra.Client;
    readonly base: Readonly<Record<string, string>>;
  },
): Promise<MigrationProject> {
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  const keyspace = given ?? `test_${crypto.randomUUID().replaceAll("-", "")}`;
  const env = { ...base, CQL_DIR: folder, CASSANDRA_KEYSPACE: keyspace };
  const config = readConfig(env);
  await Deno.mkdir(`${folder}/migrations`);
  await Deno.mkdir(`${folder}/queries`);
  await Deno.writeTextFile(`${folder}/queries/notes.cql`, queries);
  const project: MigrationProject = {
    config,
    env,
    folder,
    async write(changed) {
      for (const [name, text] of Object.entries(changed)) {
        const path = `${folder}/migrations/${name}`;
        if (text === null) await Deno.remove(path);
        else await Deno.writeTextFile(path, text);
      }
    },
    async migrate({ replication = config.replication, hear = () => {}, ...options } = {}) {
      const lines: string[] = [];
      const say = (line: string) => {
        lines.push(line.replaceAll(folder, "cql"));
        hear(lines.at(-1)!);
      };
      await migrate({ ...config, replication }, {
        log: say,
        warn: (message) => say(`Warning: ${message}`),
        ...options,
      });
      return lines;
    },
    async refusal(options) {
      const error = await this.migrate(options).then(() => null, (reason: Error) => reason);
      return error?.message.replaceAll(folder, "cql") ?? "none";
    },
    async rows(cql) {
      return ((await client.execute(cql)).rows ?? []).map((row) => ({ ...row }));
    },
    history() {
      return this.rows(`SELECT * FROM "${keyspace}".cqlgate_migrations`);
    },
    async allTables() {
      const rows = await this.rows(
        `SELECT table_name FROM system_schema.tables WHERE keyspace_name = '${keyspace}'`,
      );
      return rows.map(({ table_name }) => String(table_name)).sort();
    },
    async tables() {
      return (await this.allTables()).filter((name) => !name.startsWith("cqlgate_"));
    },
    async [Symbol.asyncDispose]() {
      await client.execute(`DROP KEYSPACE IF EXISTS "${keyspace}"`);
      await Deno.remove(folder, { recursive: true });
    },
  };
  await project.write(files);
  return project;
}
