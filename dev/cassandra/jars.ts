/**
 * Cassandra's jars: fetched once by Maven, as `dev/cassandra/pom.xml` names them, and shared by every local
 * node, those of the tests too.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { DEV_DIRECTORY } from "../directory.ts";
import { CONTAINER_ADVICE, findMaven } from "../requirements.ts";

const POM = fileURLToPath(new URL("./pom.xml", import.meta.url));

/** The shortest time between two reports of progress. */
const PROGRESS_INTERVAL_MS = 2_000;

/**
 * The folder that holds Cassandra's jars, fetched first if this machine has never done so.
 *
 * The folder appears whole or not at all, and of several processes that want it one fetches while
 * the others wait.
 *
 * @throws {Error} saying what to do, if Maven is missing or fails
 */
export async function fetchJars(
  options: { log(line: string): void; signal?: AbortSignal },
): Promise<string> {
  const version = await cassandraVersion();
  const directory = `${DEV_DIRECTORY}/jars-${version}`;
  if (await exists(directory)) return directory;

  await Deno.mkdir(DEV_DIRECTORY, { recursive: true });
  using lock = await Deno.open(`${directory}.lock`, { create: true, write: true });
  await lock.lock(true);
  if (await exists(directory)) return directory;

  const partial = `${directory}.partial`;
  await remove(partial);
  options.log(`Fetching Cassandra ${version} with Maven, once …`);
  await copyDependencies(partial, options);
  await Deno.rename(partial, directory);
  const { count, bytes } = await measure(directory);
  options.log(`Fetched ${count} jars, ${(bytes / 2 ** 20).toFixed(0)} MB`);
  return directory;
}

async function copyDependencies(
  outputDirectory: string,
  { log, signal }: { log(line: string): void; signal?: AbortSignal },
): Promise<void> {
  const child = new Deno.Command(await findMaven(), {
    args: ["-B", "-f", POM, "dependency:copy-dependencies", `-DoutputDirectory=${outputDirectory}`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    ...(signal ? { signal } : {}),
  }).spawn();

  let output = "";
  let toldAt = Date.now();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (Date.now() - toldAt >= PROGRESS_INTERVAL_MS) {
      const downloaded = output.match(/^.*\bDownloaded\b.*\.jar\b/gm)?.length ?? 0;
      log(`  ${downloaded} jars downloaded, Maven's own included`);
      toldAt = Date.now();
    }
  }
  if ((await child.status).success) return;
  signal?.throwIfAborted();
  const error = /^\[ERROR\] .*\n/m.exec(output)?.[0] ?? "";
  throw new Error(
    `Cannot fetch Cassandra: Maven failed\n${error}` +
      `Check that this machine reaches a Maven repository, then try again.\n${CONTAINER_ADVICE}`,
  );
}

/** The version that the pom asks for, so that it is written down in one place. */
async function cassandraVersion(): Promise<string> {
  const pom = await Deno.readTextFile(POM);
  const version = /<artifactId>cassandra-all<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1];
  if (version === undefined) throw new Error(`Cannot read "${POM}": no version of cassandra-all`);
  return version;
}

async function measure(directory: string): Promise<{ count: number; bytes: number }> {
  let count = 0;
  let bytes = 0;
  for await (const { name } of Deno.readDir(directory)) {
    count++;
    bytes += (await Deno.stat(`${directory}/${name}`)).size;
  }
  return { count, bytes };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  if (await exists(path)) await Deno.remove(path, { recursive: true });
}
