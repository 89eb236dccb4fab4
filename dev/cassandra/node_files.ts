/**
 * The files that one local Cassandra node is started from, and the flags of its JVM: a small
 * single-token node, without JMX unless it is asked for, made for a quick start and for 512 MB.
 *
 * @module
 */
import { CQL_FEATURES } from "./cql_features.ts";

/** The place of a node in its cluster. */
export interface NodeSettings {
  /** Holds the node's data, configuration and logs. */
  readonly directory: string;
  readonly address: string;
  readonly nativePort: number;
  readonly storagePort: number;
  readonly seeds: readonly string[];
  readonly datacenter: string;
  readonly rack: string;
  readonly token: string;
  readonly heapMb: number;
  /** Whether it runs for minutes: hot code is compiled once then. */
  readonly isShortLived: boolean;
  /** Whether its data is gone when it ends: then the disk need not have it. */
  readonly isDisposable: boolean;
  /** Where the node takes orders, on `127.0.0.1`; null if it takes none. */
  readonly jmxPort: number | null;
  /** Entries of `cassandra.yaml` in addition to those of a small node, or in their place; null leaves one out. */
  readonly yaml: Readonly<Record<string, unknown>>;
}

/** The paths of one node, below its directory. */
export interface NodePaths {
  readonly configuration: string;
  readonly logFile: string;
  readonly jvmLogFile: string;
}

/** Writes a node's configuration, at every start, and returns where it and the logs are. */
export async function writeNodeFiles(settings: NodeSettings): Promise<NodePaths> {
  const paths = {
    configuration: `${settings.directory}/conf`,
    logFile: `${settings.directory}/logs/cassandra.log`,
    jvmLogFile: `${settings.directory}/logs/jvm.log`,
  };
  await Deno.mkdir(paths.configuration, { recursive: true });
  await Deno.mkdir(`${settings.directory}/logs`, { recursive: true });
  // A JVM that was killed leaves behind the libraries that it unpacked there.
  const temporary = temporaryFolder(settings);
  await Deno.remove(temporary, { recursive: true }).catch(() => {});
  await Deno.mkdir(temporary, { recursive: true });
  const files = {
    "cassandra.yaml": cassandraYaml(settings),
    "cassandra-rackdc.properties": `dc=${settings.datacenter}\nrack=${settings.rack}\n`,
    "logback.xml": logbackXml(paths.logFile),
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${paths.configuration}/${name}`, text);
  }
  return paths;
}

/** The arguments for `java` that start a node from the files that `writeNodeFiles` wrote. */
export function javaArguments(
  settings: NodeSettings,
  files: { configuration: string; jars: string },
): string[] {
  return [
    `-Xms${settings.heapMb}m`,
    `-Xmx${settings.heapMb}m`,
    "-Xss256k",
    "-XX:+UseSerialGC",
    ...(settings.isShortLived ? ["-XX:TieredStopAtLevel=1"] : []),
    // Else what is thrown often has no message any more, such as "/ by zero".
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+PerfDisableSharedMem",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.net.preferIPv4Stack=true",
    "-Djdk.attach.allowAttachSelf=true",
    "-Dio.netty.tryReflectionSetAccessible=true",
    // A node alone has nobody to wait for, neither when it starts nor when it stops.
    "-Dcassandra.skip_wait_for_gossip_to_settle=0",
    // How long the nodes that it is to join have to answer it.
    `-Dcassandra.ring_delay_ms=${joins(settings) ? 30_000 : 0}`,
    "-Dcassandra.shutdown_announce_in_ms=0",
    "-Dcassandra.superuser_setup_delay_ms=0",
    "-Dcassandra.consistent.rangemovement=false",
    "-Dcassandra-foreground=yes",
    // Neither files nor schema changes have to be flushed to the disk.
    ...(settings.isDisposable
      ? ["-Dcassandra.skip_sync=true", "-Dcassandra.test.flush_local_schema_changes=false"]
      : []),
    ...(settings.jmxPort === null ? [] : [`-Dcassandra.jmx.local.port=${settings.jmxPort}`]),
    `-Dcassandra.storagedir=${settings.directory}`,
    `-Djava.io.tmpdir=${temporaryFolder(settings)}`,
    `-Djna.tmpdir=${temporaryFolder(settings)}`,
    ...ADD_EXPORTS.flatMap((name) => ["--add-exports", `${name}=ALL-UNNAMED`]),
    ...ADD_OPENS.flatMap((name) => ["--add-opens", `${name}=ALL-UNNAMED`]),
    // The configuration comes first on the class path: Cassandra and logback look for it there.
    "-cp",
    `${files.configuration}:${files.jars}/*`,
    "org.apache.cassandra.service.CassandraDaemon",
  ];
}

/** The arguments for `java` that give an order to a node that has a port for them. */
export function nodetoolArguments(
  { directory, jmxPort }: NodeSettings,
  { jars, order }: { readonly jars: string; readonly order: string },
): string[] {
  return [
    // It keeps a history of its orders.
    `-Duser.home=${directory}`,
    ...ADD_EXPORTS.flatMap((name) => ["--add-exports", `${name}=ALL-UNNAMED`]),
    ...ADD_OPENS.flatMap((name) => ["--add-opens", `${name}=ALL-UNNAMED`]),
    "-cp",
    `${jars}/*`,
    "org.apache.cassandra.tools.NodeTool",
    "--port",
    `${jmxPort}`,
    order,
  ];
}

/** What a node needs while it runs. */
function temporaryFolder({ directory }: Pick<NodeSettings, "directory">): string {
  return `${directory}/tmp`;
}

/** Whether it joins nodes that are there already. */
function joins({ seeds, address, storagePort }: NodeSettings): boolean {
  return seeds.some((seed) => seed !== `${address}:${storagePort}`);
}

// JSON is YAML: each value is written as JSON, so that none has to be quoted here.
function cassandraYaml(settings: NodeSettings): string {
  const { directory } = settings;
  const options = {
    cluster_name: "cqlgate",
    num_tokens: 1,
    initial_token: settings.token,
    auto_bootstrap: false,
    partitioner: "org.apache.cassandra.dht.Murmur3Partitioner",
    endpoint_snitch: "GossipingPropertyFileSnitch",
    seed_provider: [{
      class_name: "org.apache.cassandra.locator.SimpleSeedProvider",
      parameters: [{ seeds: settings.seeds.join(",") }],
    }],
    listen_address: settings.address,
    rpc_address: settings.address,
    storage_port: settings.storagePort,
    native_transport_port: settings.nativePort,
    data_file_directories: [`${directory}/data`],
    commitlog_directory: `${directory}/commitlog`,
    saved_caches_directory: `${directory}/saved_caches`,
    hints_directory: `${directory}/hints`,
    cdc_raw_directory: `${directory}/cdc_raw`,
    commitlog_sync: "periodic",
    commitlog_sync_period: "10s",
    commitlog_segment_size: "16MiB",
    auto_snapshot: false,
    ...CQL_FEATURES,
    ...settings.yaml,
  };
  return Object.entries(options).filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join("");
}

function logbackXml(logFile: string): string {
  return `<configuration>
  <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
  <appender name="FILE" class="ch.qos.logback.core.rolling.RollingFileAppender">
    <file>${escapeXml(logFile)}</file>
    <rollingPolicy class="ch.qos.logback.core.rolling.FixedWindowRollingPolicy">
      <fileNamePattern>${escapeXml(logFile)}.%i</fileNamePattern>
      <minIndex>1</minIndex>
      <maxIndex>2</maxIndex>
    </rollingPolicy>
    <triggeringPolicy class="ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy">
      <maxFileSize>10MB</maxFileSize>
    </triggeringPolicy>
    <encoder>
      <pattern>%-5level %date{ISO8601} %logger{0} - %msg%n</pattern>
    </encoder>
  </appender>
  <root level="INFO"><appender-ref ref="FILE"/></root>
</configuration>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

// From conf/jvm17-server.options of Cassandra 5.0, which Java 11 takes too.
const ADD_EXPORTS = [
  "java.base/jdk.internal.misc",
  "java.management.rmi/com.sun.jmx.remote.internal.rmi",
  "java.rmi/sun.rmi.registry",
  "java.rmi/sun.rmi.server",
  "java.sql/java.sql",
  "java.base/java.lang.ref",
  "jdk.unsupported/sun.misc",
];

const ADD_OPENS = [
  "java.base/java.lang.module",
  "java.base/jdk.internal.loader",
  "java.base/jdk.internal.ref",
  "java.base/jdk.internal.reflect",
  "java.base/jdk.internal.math",
  "java.base/jdk.internal.module",
  "java.base/jdk.internal.util.jar",
  "jdk.management/com.sun.management.internal",
  "java.base/sun.nio.ch",
  "java.base/java.io",
  "java.base/java.lang",
  "java.base/java.lang.reflect",
  "java.base/java.util",
];
