/**
 * A keyspace for one check: made under a name that nobody else has, and dropped whatever happens, Ctrl-C
 * included.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { connectionFailure } from "../db/driver/failures/map_error.ts";
import type { Session } from "../db/driver/session.ts";
import { createKeyspace } from "../db/migrate/keyspace/create_keyspace.ts";
import { quoteName } from "../db/schema/own_tables.ts";
import { onStopRequest } from "../server/stop_requests.ts";
import { withSession } from "./with_session.ts";

const PREFIX = "cqlgate_scratch_";
/** Longer than any check takes: an older keyspace was left behind by a check that was killed. */
const LEFT_BEHIND_MS = 3_600_000;
const DROP_TIMEOUT_MS = 60_000;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * @param options.warn told about keyspaces that were left behind, and this one if it cannot be dropped
 * @throws {MigrationError} if the keyspace cannot be made
 * @throws whatever `work` throws, once the keyspace is dropped
 */
export async function withScratchKeyspace<T>(
  config: Config,
  { warn }: { readonly warn: (message: string) => void },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const keyspace = scratchName(new Date());
  // It has a single replica, so no other level is possible, and nothing in it is worth waiting for.
  const scratch: Config = { ...config, consistency: "LOCAL_ONE" };
  return await withSession(scratch, { keyspace: null }, async (session) => {
    for (const name of await listLeftBehind(session)) {
      warn(`Keyspace "${name}" was left behind by a check that was killed: drop it`);
    }
    const creating = createKeyspace(session, {
      keyspace,
      replication: config.localDatacenter === null
        ? config.replication
        : { [config.localDatacenter]: 1 },
      isDurable: false,
    });
    const release = dropOnSignals(async () => {
      await creating.catch(() => {});
      await drop(session, { keyspace, warn });
    });
    try {
      await creating;
      return await withSession(scratch, { keyspace }, work);
    } finally {
      await release();
    }
  });
}

/** Unique, and with the time in it, such as `cqlgate_scratch_20261125t211500_1f97ff8b`. */
function scratchName(now: Date): string {
  const time = now.toISOString().slice(0, 19).replace(/[-:]/g, "").toLowerCase();
  return `${PREFIX}${time}_${crypto.randomUUID().slice(0, 8)}`;
}

async function listLeftBehind(session: Session): Promise<string[]> {
  const rows = await session.query("SELECT keyspace_name FROM system_schema.keyspaces", []);
  return rows.map(({ keyspace_name }) => String(keyspace_name))
    .filter((name) => name.startsWith(PREFIX) && isOld(name)).sort();
}

function isOld(name: string): boolean {
  const match = /^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)_/.exec(name.slice(PREFIX.length));
  if (match === null) return false;
  const [year = 0, month = 1, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.now() - Date.UTC(year, month - 1, day, hour, minute, second) > LEFT_BEHIND_MS;
}

async function drop(
  session: Session,
  { keyspace, warn }: { readonly keyspace: string; readonly warn: (message: string) => void },
): Promise<void> {
  try {
    await session.run(`DROP KEYSPACE IF EXISTS ${quoteName(keyspace)}`, {
      timeoutMs: DROP_TIMEOUT_MS,
    });
  } catch (error) {
    warn(`Cannot drop keyspace "${keyspace}": ${connectionFailure(error)}: drop it yourself`);
  }
}

/**
 * Ends the process on a signal, after the drop; a second signal does not wait for the drop.
 *
 * @returns a function that drops the keyspace, unless a signal has, and gives signals their former effect
 */
function dropOnSignals(drop: () => Promise<void>): () => Promise<void> {
  let dropping: Promise<void> | null = null;
  const forget = onStopRequest(["SIGINT", "SIGTERM"], (signal) => {
    const exit = () => Deno.exit(EXIT_CODES[signal]);
    if (dropping !== null) exit();
    dropping = drop().finally(exit);
  });
  return async () => {
    await (dropping ??= drop());
    forget();
  };
}
