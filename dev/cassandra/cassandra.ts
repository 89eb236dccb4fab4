/**
 * A real Cassandra node on this machine, for development and for the tests: it starts from Maven's
 * jars in seconds, keeps its data in a folder, and never outlives the process that started it.
 *
 * @module
 */
import { assertPortFree, freePortAmongNodes } from "../ports.ts";
import { CONTAINER_ADVICE, findJava } from "../requirements.ts";
import { type BoundChild, spawnWithUs } from "../spawn_with_us.ts";
import { speaksCql } from "./cql_probe.ts";
import { fetchJars } from "./jars.ts";
import { threadsOfLoneNode } from "./lone_node.ts";
import {
  javaArguments,
  type NodePaths,
  type NodeSettings,
  nodetoolArguments,
  writeNodeFiles,
} from "./node_files.ts";

/** How a local node is started. Only `directory` and `log` have no default. */
export interface LocalCassandraOptions {
  /** Holds the node's data, configuration and logs; kept between runs. Its path is absolute. */
  readonly directory: string;
  /** Told one line about each step that takes time. */
  log(line: string): void;
  /** Any loopback address. Default: `127.0.0.1`. */
  readonly address?: string;
  /** The port for CQL. Default: 9042. */
  readonly nativePort?: number;
  /** The port between nodes, the same on every node of a cluster. Default: a free one. */
  readonly storagePort?: number;
  /** `address:storagePort` of the nodes to join. Default: the node itself. */
  readonly seeds?: readonly string[];
  /** Default: `dc1`. */
  readonly datacenter?: string;
  /** Default: `rack1`. */
  readonly rack?: string;
  /** The node's one token; two nodes of a cluster must differ. Default: 0. */
  readonly token?: string;
  /** Default: 512. */
  readonly heapMb?: number;
  /**
   * Whether it runs for minutes rather than hours. Hot code is then compiled once, and not a second time
   * with everything that the JVM knows: a start takes 40 % less of a processor. Default: false.
   */
  readonly isShortLived?: boolean;
  /**
   * Whether its data is gone when it ends, however it ends: nothing waits for the disk then, and a change of
   * the schema takes a third of the time. Default: false.
   */
  readonly isDisposable?: boolean;
  /**
   * Whether it has only a few threads, as its clients need the processors too (`lone_node.ts`). Not for nodes with
   * neighbours. Default: false.
   */
  readonly hasFewThreads?: boolean;
  /** Where the node takes orders such as to leave its cluster. Default: it takes none. */
  readonly jmxPort?: number;
  /** Entries of `cassandra.yaml`, such as an authenticator, or in place of `CQL_FEATURES`. Default: none. */
  readonly yaml?: Readonly<Record<string, unknown>>;
  /** Gives up the start, leaving nothing. */
  readonly signal?: AbortSignal;
}

const START_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 15_000;
const PROBE_INTERVAL_MS = 50;

/**
 * Starts a node and resolves once it answers CQL.
 *
 * @throws {Error} saying what to do: no fitting Java, no Maven, a port that is taken, a folder in
 * use by another node, or a node that dies while it starts (with what it logged)
 */
export async function startCassandra(options: LocalCassandraOptions): Promise<LocalCassandra> {
  const address = options.address ?? "127.0.0.1";
  const storagePort = options.storagePort ?? freePortAmongNodes(address);
  const settings: NodeSettings = {
    directory: options.directory,
    address,
    nativePort: options.nativePort ?? 9042,
    storagePort,
    seeds: options.seeds ?? [`${address}:${storagePort}`],
    datacenter: options.datacenter ?? "dc1",
    rack: options.rack ?? "rack1",
    token: options.token ?? "0",
    heapMb: options.heapMb ?? 512,
    isShortLived: options.isShortLived ?? false,
    isDisposable: options.isDisposable ?? false,
    jmxPort: options.jmxPort ?? null,
    yaml: {
      ...options.hasFewThreads ? threadsOfLoneNode(navigator.hardwareConcurrency) : {},
      ...options.yaml,
    },
  };
  const java = await findJava();
  const jars = await fetchJars(options);
  const node = new LocalCassandra(settings, { java, jars, log: options.log });
  await node.start(options.signal);
  return node;
}

/** One local node. `startCassandra` gives it, started. */
export class LocalCassandra {
  readonly contactPoint: string;
  readonly localDatacenter: string;

  readonly #settings: NodeSettings;
  readonly #context: { java: string; jars: string; log(line: string): void };
  #run: Run | undefined;

  constructor(
    settings: NodeSettings,
    context: { java: string; jars: string; log(line: string): void },
  ) {
    this.contactPoint = `${settings.address}:${settings.nativePort}`;
    this.localDatacenter = settings.datacenter;
    this.#settings = settings;
    this.#context = context;
  }

  /** The JVM's process id, that of the last run if it has ended. */
  get pid(): number {
    return this.#started.pid;
  }

  /** The log of the node, over all its runs. */
  get logFile(): string {
    return this.#started.paths.logFile;
  }

  /** Resolves when the JVM has ended, wanted or not. After `restart`, it is that of the new run. */
  get exited(): Promise<{ code: number }> {
    return this.#started.exited;
  }

  /** Starts the node on the data of its folder; it must not be running. */
  async start(signal?: AbortSignal): Promise<void> {
    const { address, nativePort, storagePort, directory } = this.#settings;
    const { java, jars, log } = this.#context;
    const startedAt = performance.now();
    const lock = await lockDirectory(directory);
    let logStart: number;
    try {
      await assertCqlPortFree({ hostname: address, port: nativePort });
      await assertPortFree(
        { hostname: address, port: storagePort },
        "Stop the process that listens there, or choose another storage port.",
      );
      log(`Starting Cassandra on ${this.contactPoint} …`);
      const paths = await writeNodeFiles(this.#settings);
      logStart = await fileSize(paths.logFile);
      const args = javaArguments(this.#settings, { configuration: paths.configuration, jars });
      const child = spawnWithUs([java, ...args], { logFile: paths.jvmLogFile });
      this.#run = { ...child, paths, exited: child.exited.finally(() => lock.close()) };
    } catch (error) {
      lock.close();
      throw error;
    }
    try {
      await this.#waitUntilServing(logStart, signal);
    } catch (error) {
      await this.kill();
      throw error;
    }
    log(`Cassandra serves after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }

  /** Ends the node gracefully, by force if it takes longer than 15 s. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#started.kill("SIGKILL"), STOP_TIMEOUT_MS);
    this.#started.kill("SIGTERM");
    await this.exited;
    clearTimeout(timer);
  }

  /** Ends the node at once, as a power cut would. */
  async kill(): Promise<void> {
    this.#started.kill("SIGKILL");
    await this.exited;
  }

  /** Stops it from answering: requests wait, connections stay. Resolves once it has stopped. */
  async freeze(): Promise<void> {
    this.#started.kill("SIGSTOP");
    while (!await isStopped(this.pid)) await pause();
  }

  /** Resumes a frozen node. */
  thaw(): void {
    this.#started.kill("SIGCONT");
  }

  /**
   * Leaves the cluster for good: its data goes to the others, which forget it. It runs on until it is
   * stopped. Only for a node that was started with a port for orders.
   */
  async leave(): Promise<void> {
    const { java, jars } = this.#context;
    const { success, stdout, stderr } = await new Deno.Command(java, {
      args: nodetoolArguments(this.#settings, { jars, order: "decommission" }),
    }).output();
    if (success) return;
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim();
    throw new Error(`Cannot take ${this.contactPoint} out of its cluster: ${said}`);
  }

  /** Starts the node again on the same data and ports, after stopping it if it runs. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  get #started(): Run {
    if (this.#run === undefined) throw new Error("Cannot use the node: it has not been started");
    return this.#run;
  }

  async #waitUntilServing(logStart: number, signal?: AbortSignal): Promise<void> {
    const { exited, paths } = this.#started;
    const address = { hostname: this.#settings.address, port: this.#settings.nativePort };
    const deadline = Date.now() + START_TIMEOUT_MS;
    let exitCode: number | undefined;
    exited.then(({ code }) => exitCode = code);
    while (!await speaksCql(address)) {
      signal?.throwIfAborted();
      if (exitCode !== undefined || Date.now() > deadline) {
        const state = exitCode === undefined
          ? `it does not answer after ${START_TIMEOUT_MS / 1000} s`
          : `it ended with code ${exitCode}`;
        throw new Error(
          `Cannot start Cassandra: ${state}\n${await explainFailure(paths, logStart)}\n` +
            `The full log is "${paths.logFile}".\n` +
            `If you do not need its data, delete "${this.#settings.directory}" and try again.\n` +
            CONTAINER_ADVICE,
        );
      }
      await pause();
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
}

/** Whether a process has stopped, which it does a moment after the signal. */
async function isStopped(pid: number): Promise<boolean> {
  const ps = new Deno.Command("ps", { args: ["-o", "state=", "-p", `${pid}`] });
  const { stdout, success } = await ps.output();
  if (!success) throw new Error(`Cannot freeze process ${pid}: it has ended`);
  return new TextDecoder().decode(stdout).trim().startsWith("T");
}

/** One run of the JVM. */
interface Run extends BoundChild {
  readonly paths: NodePaths;
}

/** Takes the folder for one node. The lock ends with the process that holds it, however it ends. */
async function lockDirectory(directory: string): Promise<Deno.FsFile> {
  await Deno.mkdir(directory, { recursive: true });
  const file = await Deno.open(`${directory}/lock`, { create: true, write: true });
  if (await file.tryLock(true)) return file;
  file.close();
  throw new Error(
    `Cannot start Cassandra: another one runs on "${directory}"\n` +
      "Is there another `deno task dev`? Stop that one first, or use its service.",
  );
}

async function assertCqlPortFree(address: { hostname: string; port: number }): Promise<void> {
  const { hostname, port } = address;
  const advice = await speaksCql(address)
    ? `It speaks CQL. To use it, set CASSANDRA_CONTACT_POINTS=${hostname}:${port} and ` +
      "CASSANDRA_LOCAL_DATACENTER; to have one started for you, stop it."
    : "Stop the process that listens there, or set CASSANDRA_CONTACT_POINTS to a Cassandra elsewhere.";
  await assertPortFree(address, advice);
}

/** The lines of this run's logs that say most about why it failed. */
async function explainFailure(paths: NodePaths, logStart: number): Promise<string> {
  const decoder = new TextDecoder();
  const log = decoder.decode((await readFile(paths.logFile)).subarray(logStart)).split("\n");
  const jvmLog = decoder.decode(await readFile(paths.jvmLogFile)).split("\n");
  const telling = [
    // What is left of the JVM's own output without its warnings and its stack traces.
    ...jvmLog.filter((line) => /^(?!WARNING:)\S/.test(line)),
    ...log.filter((line) => /^(ERROR|Caused by)/.test(line)),
  ];
  const lines = telling.length > 0 ? telling.slice(0, 8) : log.slice(-8);
  return lines.map((line) => `  ${line}`).join("\n");
}

async function fileSize(path: string): Promise<number> {
  return (await readFile(path)).length;
}

async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}
